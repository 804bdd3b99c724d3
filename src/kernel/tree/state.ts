import type { TreeGroup, TreeIsolate, TreeNode } from "./tree.js";

/**
 * What an isolate is to the tree. `running` is also one that is being started. `finished` ended as it may (transient, and
 * normally) and comes back with its siblings; `gone` does not: temporary, or given up. `by-hand` was stopped by an operator.
 */
export type Standing = "running" | "finished" | "gone" | "by-hand";

/** A tree in time. Never changes: every event makes another one. */
export interface TreeState {
  readonly root: TreeGroup;
  readonly standings: ReadonlyMap<string, Standing>;
  /** When a group, or an isolate that is not essential, was started again, oldest first; absent for never. */
  readonly restarts: ReadonlyMap<TreeNode, readonly number[]>;
}

/** All isolates are running, and nothing has been started again. */
export function plant(root: TreeGroup): TreeState {
  const isolates = isolatesOf(root);
  const standings = new Map(isolates.map(({ name }) => [name, "running" as Standing]));
  if (standings.size < isolates.length) throw new RangeError("two isolates of the tree have one name");
  return { root, standings, restarts: new Map() };
}

/** All isolates below a node, in the order of start. */
export function isolatesOf(node: TreeNode): readonly TreeIsolate[] {
  return node.kind === "isolate" ? [node] : node.children.flatMap(isolatesOf);
}

/** The nodes from the root to an isolate, both included. */
export function pathTo(root: TreeGroup, isolate: string): readonly TreeNode[] {
  const path = pathWithin(root, isolate);
  if (path === undefined) throw new RangeError(`the tree has no isolate ${JSON.stringify(isolate)}`);
  return path;
}

function pathWithin(node: TreeNode, isolate: string): readonly TreeNode[] | undefined {
  if (node.kind === "isolate") return node.name === isolate ? [node] : undefined;
  for (const child of node.children) {
    const path = pathWithin(child, isolate);
    if (path !== undefined) return [node, ...path];
  }
  return undefined;
}

/** What an isolate is now. */
export function standingOf(state: TreeState, isolate: string): Standing {
  const standing = state.standings.get(isolate);
  if (standing === undefined) throw new RangeError(`the tree has no isolate ${JSON.stringify(isolate)}`);
  return standing;
}

/** The state with some isolates standing otherwise. */
export function withStanding(state: TreeState, isolates: Iterable<string>, standing: Standing): TreeState {
  const standings = new Map(state.standings);
  for (const isolate of isolates) standings.set(isolate, standing);
  return { ...state, standings };
}

/** The state with some nodes, and all below them, counted afresh. */
export function withFreshCounters(state: TreeState, nodes: readonly TreeNode[]): TreeState {
  const restarts = new Map(state.restarts);
  const forget = (node: TreeNode): void => {
    restarts.delete(node);
    if (node.kind === "group") node.children.forEach(forget);
  };
  nodes.forEach(forget);
  return { ...state, restarts };
}
