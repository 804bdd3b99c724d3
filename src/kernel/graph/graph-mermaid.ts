import type { ResolvedManifest } from "../manifest/index.js";
import type { TreeNode } from "../tree/index.js";
import { edgesOf } from "./edges.js";

/** The graph as a Mermaid flowchart: what is used points down, lazy edges are dotted, groups are frames. */
export function graphMermaid(manifest: ResolvedManifest): string {
  const edges = edgesOf(manifest);
  const ids = new Map([...manifest.isolates.keys()].map((name, index) => [name, `i${index}`]));
  ids.set("host", "host");
  const arrows = edges.map(({ from, to, label, lazy }) => {
    const text = label === "" ? "" : `|"${escaped(label)}"|`;
    return `  ${ids.get(from)} ${lazy ? "-.->" : "-->"}${text} ${ids.get(to)}`;
  });
  const host = edges.some(({ to }) => to === "host") ? ['  host(["host"])'] : [];
  const nodes = manifest.tree.children.flatMap((child) => nodeLines(child, ids, "  "));
  return `${["flowchart TD", ...nodes, ...host, ...arrows].join("\n")}\n`;
}

function nodeLines(node: TreeNode, ids: ReadonlyMap<string, string>, indent: string): string[] {
  if (node.kind === "isolate") return [`${indent}${ids.get(node.name)}["${escaped(node.name)}"]`];
  const inner = node.children.flatMap((child) => nodeLines(child, ids, `${indent}  `));
  // Not by its name alone, which may be that of an isolate or a word of Mermaid.
  return [
    `${indent}subgraph group_${node.name.replace(/\W/g, "_")}["${escaped(node.name)}"]`,
    ...inner,
    `${indent}end`,
  ];
}

function escaped(text: string): string {
  return text.replace(/[^\w .,:$*-]/g, (character) => `#${character.codePointAt(0)};`);
}
