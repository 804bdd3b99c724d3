import type { JSX } from "preact";
import { edgesOf, exportsOf } from "../edges.js";
import type { Model } from "../model.js";
import { useTopic } from "../use-topic.js";
import { Text } from "./text.js";

/** What the graph shows, as a table. */
export function GrantsTable({ model }: { model: Model }): JSX.Element {
  useTopic(model, "kernel");
  const edges = edgesOf(model.graph, model.readings);
  if (edges.length === 0) return <p class="empty">No isolate may call another one, or the host.</p>;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Grants">
      <table>
        <caption class="hidden">Who may call whom</caption>
        <thead>
          <tr>
            <th scope="col">Isolate</th>
            <th scope="col">may call</th>
            <th scope="col">Exports</th>
            <th scope="col">Kind</th>
          </tr>
        </thead>
        <tbody>
          {edges.map(({ from, to, grant }) => (
            <tr key={`${from} ${to} ${grant.target}`}>
              <th scope="row">
                <Text of={from} />
              </th>
              <td>
                <Text of={grant.target} />
                {grant.target !== to && !grant.target.startsWith("host") && (
                  <span class="dim">
                    {" "}
                    of <Text of={to} />
                  </span>
                )}
              </td>
              <td>
                <Text of={exportsOf(grant)} />
              </td>
              <td class="dim">
                {[grant.lazy ? "lazy" : "", grant.handOn ? "may hand it on" : ""].filter(Boolean).join(", ")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
