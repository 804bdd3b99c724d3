import fc from "fast-check";
import { expect, test } from "vitest";
import {
  died,
  plant,
  standingOf,
  startedByHand,
  stoppedByHand,
  type TreeGroup,
  type TreeNode,
  type TreeState,
  type Verdict,
} from "../../../src/kernel/tree/index.js";
import { events, type TreeEvent, tree } from "./arbitrary-tree.js";
import { emptyLog, Supervisor } from "./model.js";

const RUNS = { numRuns: 10_000 };
const FEWER_RUNS = { numRuns: 2_000 };

interface Step {
  readonly event: TreeEvent;
  readonly isolate: string;
  readonly at: number;
  readonly before: TreeState;
  readonly state: TreeState;
  readonly verdict: Verdict | undefined;
}

/** All that happens to a tree, until its end. */
function play(root: TreeGroup, happenings: readonly TreeEvent[]): Step[] {
  const names = namesIn(root);
  const steps: Step[] = [];
  let state = plant(root);
  let at = 0;
  for (const event of happenings) {
    const isolate = names[event.isolate % names.length] ?? "";
    const before = state;
    at += event.after;
    let verdict: Verdict | undefined;
    if (event.kind === "stopped by hand") state = stoppedByHand(state, isolate);
    else if (event.kind === "started by hand") state = startedByHand(state, isolate);
    else {
      verdict = died(state, { isolate, at, normal: event.kind === "death" });
      state = verdict.state;
    }
    steps.push({ event, isolate, at, before, state, verdict });
    if (verdict?.end) break;
  }
  return steps;
}

function namesIn(node: TreeNode): string[] {
  return node.kind === "isolate" ? [node.name] : node.children.flatMap(namesIn);
}

/** For each step that was a death. */
function eachVerdict(check: (step: Step, verdict: Verdict, names: readonly string[]) => void): void {
  fc.assert(
    fc.property(tree, events, (root, happenings) => {
      for (const step of play(root, happenings)) {
        if (step.verdict !== undefined) check(step, step.verdict, namesIn(root));
      }
    }),
    FEWER_RUNS,
  );
}

test("every death in every tree comes to what Erlang's supervisors would make of it", () => {
  let escalations = 0;
  fc.assert(
    fc.property(tree, events, (root, happenings) => {
      const model = new Supervisor(root);
      for (const { event, isolate, at, state, verdict } of play(root, happenings)) {
        const worker = model.workers.find(({ spec }) => spec.name === isolate);
        const log = emptyLog();
        if (event.kind === "stopped by hand") worker?.stopByHand();
        else if (event.kind === "started by hand") worker?.startByHand();
        else worker?.exit(event.kind === "death", at, log);
        escalations += log.exhausted.length;
        const up = model.workers.filter((one) => one.state === "up").map(({ spec }) => spec.name);
        const running = namesIn(root).filter((name) => standingOf(state, name) === "running");
        const came = [verdict?.stop.toSorted(), verdict?.start, verdict?.givenUp.toSorted(), running];
        const expected = [log.stopped.sort(), log.started, log.ended ? [] : log.lost.sort(), log.ended ? [] : up];
        const others = [verdict?.escalations.map(({ group }) => group), verdict?.end];
        // As texts: a comparison of values takes longer than all else here.
        const text = JSON.stringify(verdict === undefined ? [[], [], [], running, [], false] : [...came, ...others]);
        if (text !== JSON.stringify([...expected, log.exhausted, log.ended])) {
          expect([...came, ...others]).toEqual([...expected, log.exhausted, log.ended]);
        }
      }
    }),
    RUNS,
  );
  // The trees are such that groups are exhausted, or this would compare little.
  expect(escalations).toBeGreaterThan(1_000);
});

test("the others are stopped in the reverse order of the start, and started in that order", () => {
  eachVerdict((_, { stop, start }, names) => {
    expect(stop).toEqual(names.filter((name) => stop.includes(name)).reverse());
    expect(start).toEqual(names.filter((name) => start.includes(name)));
  });
});

test("nobody is stopped who was not running, and the dead one is not stopped again", () => {
  eachVerdict(({ before, isolate }, { stop }) => {
    expect(stop).not.toContain(isolate);
    for (const name of stop) expect(standingOf(before, name)).toBe("running");
  });
});

test("nobody is started who was stopped by hand, is temporary, or was given up", () => {
  eachVerdict(({ before }, { start, state }) => {
    for (const name of start) {
      expect(["running", "finished"]).toContain(standingOf(before, name));
      expect(standingOf(state, name)).toBe("running");
    }
  });
});

test("whoever is stopped is started again, given up, or ends with the tree", () => {
  eachVerdict((_, { stop, start, givenUp, end }) => {
    for (const name of stop) expect(end || start.includes(name) || givenUp.includes(name)).toBe(true);
    if (end) expect(start).toEqual([]);
  });
});

test("an event leaves the state before it as it was", () => {
  fc.assert(
    fc.property(tree, events, (root, happenings) => {
      const states: { state: TreeState; print: string }[] = [];
      for (const { before } of play(root, happenings)) states.push({ state: before, print: print(before) });
      for (const one of states) expect(print(one.state)).toBe(one.print);
    }),
    FEWER_RUNS,
  );
});

function print({ standings, restarts }: TreeState): string {
  return JSON.stringify([[...standings], [...restarts].map(([node, times]) => [node.name, times])]);
}

test("counters heal: failures that lie far enough apart never exhaust a group that bears one", () => {
  fc.assert(
    fc.property(tree, events, (root, happenings) => {
      const bearing = atLeastOneRestart(root);
      const apart = happenings.map((event) => ({ ...event, after: event.after + 40 }));
      for (const { verdict } of play(bearing, apart)) expect(verdict?.escalations ?? []).toEqual([]);
    }),
    FEWER_RUNS,
  );
});

function atLeastOneRestart(group: TreeGroup): TreeGroup {
  const children = group.children.map((child) => (child.kind === "group" ? atLeastOneRestart(child) : child));
  return { ...group, maxRestarts: Math.max(1, group.maxRestarts), children };
}
