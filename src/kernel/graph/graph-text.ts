import type { ResolvedManifest } from "../manifest/index.js";
import { type Edge, edgesBy, edgesOf } from "./edges.js";
import { type Branch, textTree } from "./text-tree.js";

/**
 * The graph as a tree of text: at the top what no other uses, below each what it uses. What was shown with all below it is
 * not unfolded again.
 */
export function graphText(manifest: ResolvedManifest): string {
  const edges = edgesOf(manifest);
  const leaving = edgesBy("from", edges);
  const used = new Set(edges.map(({ to }) => to));
  const unfolded = new Set<string>();
  const branch = (name: string, edge?: Edge): Branch => {
    const own = leaving.get(name) ?? [];
    const isAgain = unfolded.has(name) && own.length > 0;
    unfolded.add(name);
    const facts = [
      edge === undefined || edge.label === "" ? "" : ` [${edge.label}]`,
      edge?.lazy ? " (lazy)" : "",
      isAgain ? " (above)" : "",
    ];
    return { text: name + facts.join(""), children: isAgain ? [] : own.map((next) => branch(next.to, next)) };
  };
  const names = [...manifest.isolates.keys()];
  const unused = names.filter((name) => !used.has(name));
  const tops = unused.map((name) => branch(name));
  // Those that use each other, and nobody uses beside.
  for (const name of names) if (!unfolded.has(name)) tops.push(branch(name));
  return textTree({ text: manifest.name, children: tops });
}
