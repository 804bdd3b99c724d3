/** How far a death reaches within a group: the dead one alone, all of the group, or those that start after it. */
export type Strategy = "one-for-one" | "one-for-all" | "rest-for-one";

/** Whether an isolate is started again: always, only after an abnormal end, or never. */
export type RestartType = "permanent" | "transient" | "temporary";

/** Children that are supervised together. */
export interface TreeGroup {
  readonly kind: "group";
  readonly name: string;
  readonly strategy: Strategy;
  /** Restarts within `withinMs` that the group bears; one more ends it. */
  readonly maxRestarts: number;
  readonly withinMs: number;
  /** In the order of start. */
  readonly children: readonly TreeNode[];
}

export interface TreeIsolate {
  readonly kind: "isolate";
  readonly name: string;
  readonly restart: RestartType;
  /** Whether the group must have it: one that it can do without is given up where it would exhaust the group. */
  readonly essential: boolean;
}

export type TreeNode = TreeGroup | TreeIsolate;

/** The innermost group that has the isolate; undefined where none has. */
export function groupOf(group: TreeGroup, isolate: string): TreeGroup | undefined {
  for (const child of group.children) {
    if (child.kind === "isolate" && child.name === isolate) return group;
    const found = child.kind === "group" ? groupOf(child, isolate) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
