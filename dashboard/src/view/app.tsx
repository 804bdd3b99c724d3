import type { JSX } from "preact";
import { useCallback, useState } from "preact/hooks";
import type { Action } from "../../../src/kernel/dashboard/messages.js";
import { edgesOf } from "../edges.js";
import type { LogFilter } from "../log-view.js";
import type { Model } from "../model.js";
import { useTopic } from "../use-topic.js";
import { ActionDialog } from "./action-dialog.js";
import { Banner } from "./banner.js";
import { Details } from "./details.js";
import { GrantsTable } from "./grants-table.js";
import { Graph } from "./graph.js";
import { Header } from "./header.js";
import { IsolateTable } from "./isolate-table.js";
import { LogPane } from "./log-pane.js";
import { Announcer, Toast } from "./notices.js";
import { Overview } from "./overview.js";
import { Refused } from "./refused.js";

interface AppProps {
  readonly model: Model;
  readonly token: string | undefined;
  onReconnect(): void;
}

export function App({ model, token, onReconnect }: AppProps): JSX.Element {
  useTopic(model, "connection", "kernel");
  const { connection, kernel } = model;
  if (token === undefined || (connection.kind === "refused" && kernel === undefined))
    return <Refused isMissing={token === undefined} />;
  const isStale = connection.kind !== "live" && kernel !== undefined;
  return (
    <div class={`page ${isStale ? "stale" : ""}`}>
      <Header model={model} onReconnect={onReconnect} />
      <Banner model={model} />
      {kernel === undefined ? (
        <main class="loading">
          <p>{connection.kind === "lost" ? "The dashboard does not answer." : "Connecting\u2026"}</p>
        </main>
      ) : (
        <Panes model={model} token={token} />
      )}
      <Announcer model={model} />
    </div>
  );
}

function Panes({ model, token }: { model: Model; token: string }): JSX.Element {
  const [selected, setSelected] = useState<string>();
  const [filter, setFilter] = useState<LogFilter>(model.view.filter);
  const [action, setAction] = useState<Action>();
  const [done, setDone] = useState<{ readonly done: string }>();
  const onFilter = useCallback((next: LogFilter) => {
    model.view.choose(next);
    setFilter(next);
  }, []);
  const onSelect = useCallback((name: string | undefined) => setSelected(name), []);
  const reading = selected === undefined ? undefined : model.reading(selected);
  const users = [
    ...new Set(
      edgesOf(model.graph, model.readings)
        .filter(({ to }) => to === selected)
        .map(({ from }) => from),
    ),
  ];
  return (
    <main class="panes">
      <GraphPane model={model} selected={selected} onSelect={onSelect} />
      <section class="pane table-pane" aria-label="Isolates">
        <IsolateTable model={model} selected={selected} onSelect={onSelect} />
      </section>
      <section class="pane side" aria-label="Details">
        {selected === undefined ? (
          <Overview model={model} onSelect={onSelect} />
        ) : (
          <Details key={selected} model={model} name={selected} onSelect={onSelect} onAction={setAction} />
        )}
      </section>
      <section class="pane log-pane" aria-label="Logs">
        <LogPane model={model} filter={filter} onFilter={onFilter} />
      </section>
      {action !== undefined && reading !== undefined && (
        <ActionDialog
          {...{ token, action, reading, users }}
          onClose={(text) => {
            setAction(undefined);
            if (text !== undefined) setDone({ done: text });
          }}
        />
      )}
      <Toast text={done} />
    </main>
  );
}

interface GraphPaneProps {
  readonly model: Model;
  readonly selected: string | undefined;
  onSelect(name: string): void;
}

function GraphPane({ model, selected, onSelect }: GraphPaneProps): JSX.Element {
  const [isTable, setTable] = useState(false);
  return (
    <section class="pane graph-pane" aria-label="Graph of grants">
      <div class="pane-head">
        <h2>Grants</h2>
        <div class="switch" role="group" aria-label="Show grants as">
          <button type="button" aria-pressed={!isTable} onClick={() => setTable(false)}>
            Graph
          </button>
          <button type="button" aria-pressed={isTable} onClick={() => setTable(true)}>
            Table
          </button>
        </div>
      </div>
      {isTable ? <GrantsTable model={model} /> : <Graph model={model} selected={selected} onSelect={onSelect} />}
    </section>
  );
}
