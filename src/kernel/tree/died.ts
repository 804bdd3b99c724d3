import { spend } from "./intensity.js";
import { isolatesOf, pathTo, standingOf, type TreeState, withFreshCounters, withStanding } from "./state.js";
import type { TreeGroup, TreeIsolate, TreeNode } from "./tree.js";

/** The end of an isolate that was running, or whose start failed. */
export interface Death {
  readonly isolate: string;
  /** Milliseconds on a clock that never goes back. */
  readonly at: number;
  /** Whether it ended as it should: with code 0, of itself. */
  readonly normal: boolean;
}

/** What follows from a death. */
export interface Verdict {
  readonly state: TreeState;
  /** The others that have to end, in this order. */
  readonly stop: readonly string[];
  /** Who is started after that, the dead one included, in this order. */
  readonly start: readonly string[];
  /** Who is not started again: by its restart type, or because it is not essential and fails too often. */
  readonly givenUp: readonly string[];
  /** The groups that were exhausted, innermost first, with the failures that were too many. */
  readonly escalations: readonly Escalation[];
  /** Whether the root is exhausted: all end, and nobody is started. */
  readonly end: boolean;
}

export interface Escalation {
  readonly group: string;
  readonly restarts: number;
  readonly withinMs: number;
}

/**
 * What a death leads to. That of an isolate which the tree does not take for running leads to nothing.
 *
 * @throws RangeError for an isolate that the tree does not have
 */
export function died(state: TreeState, death: Death): Verdict {
  const path = pathTo(state.root, death.isolate);
  if (standingOf(state, death.isolate) !== "running") return nothing(state);
  const isolate = path.at(-1) as TreeIsolate;
  const groups = path.slice(0, -1) as TreeGroup[];
  if (isolate.restart === "temporary") return givenUp(state, isolate, "gone");
  if (isolate.restart === "transient" && death.normal) return givenUp(state, isolate, "finished");
  if (isolate.essential) return escalate(state, isolate, groups, death.at);
  const group = groups.at(-1) as TreeGroup;
  const own = spend(state, isolate, group, death.at);
  if (own.exhausted) return givenUp(own.state, isolate, "gone");
  return restart(own.state, isolate, group, isolate, []);
}

/** From the innermost group outwards, until one of them bears the failure of its child. */
function escalate(before: TreeState, dead: TreeIsolate, groups: readonly TreeGroup[], at: number): Verdict {
  const escalations: Escalation[] = [];
  let state = before;
  let failed: TreeNode = dead;
  for (const group of groups.toReversed()) {
    const intensity = spend(state, group, group, at);
    state = intensity.state;
    if (!intensity.exhausted) return restart(state, dead, group, failed, escalations);
    escalations.push({ group: group.name, restarts: intensity.count, withinMs: group.withinMs });
    failed = group;
  }
  return endAll(state, dead, escalations);
}

/** Applies the strategy of `group` to a child of it that has failed: the dead isolate, or a group that it has exhausted. */
function restart(
  before: TreeState,
  dead: TreeIsolate,
  group: TreeGroup,
  failed: TreeNode,
  escalations: readonly Escalation[],
): Verdict {
  const affected = affectedBy(failed, group);
  const isolates = affected.flatMap(isolatesOf);
  const stop = runningOthers(before, isolates, dead);
  const start = isolates.filter((isolate) => comesBack(before, isolate, dead));
  const lost = isolates.filter(({ name, restart: type }) => type === "temporary" && isRunning(before, name));
  // A group that starts again is a new one; a group that goes on remembers, and so do the isolates in it.
  let state = withFreshCounters(before, affected.filter(isGroup));
  state = withStanding(state, names(start), "running");
  state = withStanding(state, names(lost), "gone");
  return { state, stop, start: names(start), givenUp: names(lost), escalations, end: false };
}

/** The children of a group that end and start together with one of them. */
function affectedBy(failed: TreeNode, { strategy, children }: TreeGroup): readonly TreeNode[] {
  if (strategy === "one-for-all") return children;
  return strategy === "one-for-one" ? [failed] : children.slice(children.indexOf(failed));
}

function endAll(before: TreeState, dead: TreeIsolate, escalations: readonly Escalation[]): Verdict {
  const stop = runningOthers(before, isolatesOf(before.root), dead);
  const state = withStanding(before, [...stop, dead.name], "gone");
  return { state, stop, start: [], givenUp: [], escalations, end: true };
}

function runningOthers(state: TreeState, isolates: readonly TreeIsolate[], dead: TreeIsolate): readonly string[] {
  const others = isolates.filter((isolate) => isolate !== dead && isRunning(state, isolate.name));
  return names(others).toReversed();
}

function comesBack(state: TreeState, isolate: TreeIsolate, dead: TreeIsolate): boolean {
  if (isolate === dead) return true;
  const standing = standingOf(state, isolate.name);
  return isolate.restart !== "temporary" && (standing === "running" || standing === "finished");
}

function isRunning(state: TreeState, isolate: string): boolean {
  return standingOf(state, isolate) === "running";
}

function isGroup(node: TreeNode): node is TreeGroup {
  return node.kind === "group";
}

function names(isolates: readonly TreeIsolate[]): readonly string[] {
  return isolates.map(({ name }) => name);
}

function givenUp(state: TreeState, { name }: TreeIsolate, standing: "gone" | "finished"): Verdict {
  return { ...nothing(withStanding(state, [name], standing)), givenUp: [name] };
}

function nothing(state: TreeState): Verdict {
  return { state, stop: [], start: [], givenUp: [], escalations: [], end: false };
}
