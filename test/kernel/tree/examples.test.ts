import { describe, expect, test } from "vitest";
import {
  died,
  plant,
  standingOf,
  startedByHand,
  stoppedByHand,
  type TreeGroup,
  type TreeIsolate,
  type TreeNode,
  type TreeState,
  type Verdict,
} from "../../../src/kernel/tree/index.js";

const A = isolate("a");
const B = isolate("b");
const C = isolate("c");

function isolate(name: string, options: Partial<TreeIsolate> = {}): TreeIsolate {
  return { kind: "isolate", name, restart: "permanent", essential: true, ...options };
}

function group(children: readonly TreeNode[], options: Partial<TreeGroup> = {}): TreeGroup {
  const defaults = { name: "root", strategy: "one-for-one", maxRestarts: 5, withinMs: 10_000 } as const;
  return { kind: "group", ...defaults, children, ...options };
}

function die(state: TreeState, name: string, at = 0, normal = false): Verdict {
  return died(state, { isolate: name, at, normal });
}

/** Deaths one after the other, each in the state after the one before; the last verdict. */
function dieInTurn(root: TreeGroup, ...deaths: readonly [name: string, at: number][]): Verdict {
  let state = plant(root);
  let verdict: Verdict | undefined;
  for (const [name, at] of deaths) {
    verdict = die(state, name, at);
    state = verdict.state;
  }
  if (verdict === undefined) throw new Error("nobody died");
  return verdict;
}

describe("strategies, as in OTP's design principles", () => {
  test("one-for-one: if a child ends, only that one is started again", () => {
    expect(die(plant(group([A, B, C])), "b")).toMatchObject({ stop: [], start: ["b"], givenUp: [], end: false });
  });

  test("one-for-all: if a child ends, all others are ended, and then all of them are started", () => {
    const verdict = die(plant(group([A, B, C], { strategy: "one-for-all" })), "b");
    expect(verdict).toMatchObject({ stop: ["c", "a"], start: ["a", "b", "c"] });
  });

  test("rest-for-one: if a child ends, the rest after it in the order of start are ended, and then started with it", () => {
    const verdict = die(plant(group([A, B, C], { strategy: "rest-for-one" })), "b");
    expect(verdict).toMatchObject({ stop: ["c"], start: ["b", "c"] });
  });

  test("a nested group is one child of its parent: it ends and starts as a whole", () => {
    const inner = group([B, C], { name: "inner" });
    const verdict = die(plant(group([A, inner, isolate("d")], { strategy: "rest-for-one" })), "a");
    expect(verdict).toMatchObject({ stop: ["d", "c", "b"], start: ["a", "b", "c", "d"] });
  });

  test("a death within a nested group is no business of its parent's strategy", () => {
    const inner = group([B, C], { name: "inner" });
    expect(die(plant(group([A, inner], { strategy: "one-for-all" })), "b")).toMatchObject({ stop: [], start: ["b"] });
  });
});

describe("restart types", () => {
  test("a permanent isolate is always started again", () => {
    expect(die(plant(group([A])), "a", 0, true).start).toEqual(["a"]);
  });

  test("a transient isolate is started again only after an abnormal end", () => {
    const state = plant(group([isolate("a", { restart: "transient" })]));
    expect(die(state, "a", 0, false).start).toEqual(["a"]);
    expect(die(state, "a", 0, true)).toMatchObject({ start: [], givenUp: ["a"] });
  });

  test("a temporary isolate is never started again", () => {
    const state = plant(group([isolate("a", { restart: "temporary" })]));
    expect(die(state, "a")).toMatchObject({ start: [], givenUp: ["a"] });
  });

  test("an end that is no failure touches no sibling, and is not counted", () => {
    const finishing = isolate("b", { restart: "transient" });
    const verdict = die(plant(group([A, finishing], { strategy: "one-for-all", maxRestarts: 0 })), "b", 0, true);
    expect(verdict).toMatchObject({ stop: [], start: [], escalations: [], end: false });
  });

  test("a temporary isolate that a sibling's death has ended is not started again", () => {
    const root = group([A, isolate("b", { restart: "temporary" })], { strategy: "one-for-all" });
    const verdict = die(plant(root), "a");
    expect(verdict).toMatchObject({ stop: ["b"], start: ["a"], givenUp: ["b"] });
    expect(die(verdict.state, "a")).toMatchObject({ stop: [], start: ["a"], givenUp: [] });
  });

  test("a transient isolate that has finished is started again with its siblings", () => {
    const root = group([A, isolate("b", { restart: "transient" })], { strategy: "one-for-all" });
    const finished = die(plant(root), "b", 0, true);
    expect(standingOf(finished.state, "b")).toBe("finished");
    const again = die(finished.state, "a");
    expect(again).toMatchObject({ stop: [], start: ["a", "b"] });
    expect(die(again.state, "a")).toMatchObject({ stop: ["b"], start: ["a", "b"] });
  });
});

describe("intensity", () => {
  test("as many restarts as allowed are borne; one more within the time ends the root", () => {
    const root = group([A, B], { maxRestarts: 2, withinMs: 100 });
    expect(dieInTurn(root, ["a", 0], ["b", 1])).toMatchObject({ start: ["b"], end: false });
    expect(dieInTurn(root, ["a", 0], ["b", 1], ["a", 2])).toMatchObject({
      stop: ["b"],
      start: [],
      escalations: [{ group: "root", restarts: 3, withinMs: 100 }],
      end: true,
    });
  });

  test("without any restart allowed, the first failure ends the root", () => {
    expect(dieInTurn(group([A], { maxRestarts: 0 }), ["a", 0])).toMatchObject({ start: [], end: true });
  });

  test("what lies withinMs back has healed, and not a millisecond earlier", () => {
    const root = group([A], { maxRestarts: 1, withinMs: 100 });
    expect(dieInTurn(root, ["a", 0], ["a", 99]).end).toBe(true);
    expect(dieInTurn(root, ["a", 0], ["a", 100]).end).toBe(false);
  });

  test("failures of all children of a group count together, those of another group apart", () => {
    const inner = group([B], { name: "inner", maxRestarts: 1 });
    const root = group([A, inner], { maxRestarts: 1 });
    expect(dieInTurn(root, ["a", 0], ["b", 0]).escalations).toEqual([]);
  });

  test("a death that restarts many counts once", () => {
    const root = group([A, B, C], { strategy: "one-for-all", maxRestarts: 2 });
    expect(dieInTurn(root, ["a", 0], ["b", 0])).toMatchObject({ start: ["a", "b", "c"], end: false });
  });
});

describe("escalation", () => {
  const inner = group([B, C], { name: "inner", maxRestarts: 1 });

  test("an exhausted group ends as a whole and is one failure of its parent, which starts it again", () => {
    const verdict = dieInTurn(group([A, inner]), ["b", 0], ["b", 0]);
    expect(verdict).toMatchObject({
      stop: ["c"],
      start: ["b", "c"],
      escalations: [{ group: "inner", restarts: 2, withinMs: 10_000 }],
      end: false,
    });
  });

  test("a group that was started again counts afresh", () => {
    const verdict = dieInTurn(group([A, inner]), ["b", 0], ["b", 0], ["b", 0]);
    expect(verdict).toMatchObject({ stop: [], start: ["b"], escalations: [] });
  });

  test("a group that was restarted for a sibling's death counts afresh, too", () => {
    const root = group([A, inner], { strategy: "one-for-all" });
    expect(dieInTurn(root, ["b", 0], ["a", 0], ["b", 0]).escalations).toEqual([]);
  });

  test("so do the groups within a group that was started again", () => {
    const outer = group([inner, isolate("d")], { name: "outer", maxRestarts: 0 });
    // Once for inner; outer bears nothing, and starts as a whole for d's death; once for inner again.
    expect(dieInTurn(group([A, outer]), ["b", 0], ["d", 0], ["b", 0]).escalations).toEqual([]);
  });

  test("the parent's strategy applies to the group", () => {
    const verdict = dieInTurn(group([A, inner], { strategy: "one-for-all" }), ["b", 0], ["b", 0]);
    expect(verdict).toMatchObject({ stop: ["c", "a"], start: ["a", "b", "c"] });
  });

  test("groups escalate one into the other, up to the root, which ends all", () => {
    const innermost = group([A, B], { name: "innermost", maxRestarts: 0 });
    const middle = group([innermost], { name: "middle", maxRestarts: 0 });
    const verdict = dieInTurn(group([middle, C], { maxRestarts: 0 }), ["a", 0]);
    expect(verdict.escalations.map((one) => one.group)).toEqual(["innermost", "middle", "root"]);
    expect(verdict).toMatchObject({ stop: ["c", "b"], start: [], end: true });
  });

  test("what an ended tree hears of its isolates leads to nothing", () => {
    const { state } = dieInTurn(group([A, B], { maxRestarts: 0 }), ["a", 0]);
    expect(die(state, "b")).toEqual({ state, stop: [], start: [], givenUp: [], escalations: [], end: false });
  });
});

describe("an isolate that is not essential", () => {
  const spare = isolate("b", { essential: false });

  test("is given up where it would exhaust its group, and nobody else is touched", () => {
    const root = group([A, spare], { strategy: "one-for-all", maxRestarts: 1 });
    expect(dieInTurn(root, ["b", 0])).toMatchObject({ stop: ["a"], start: ["a", "b"] });
    const verdict = dieInTurn(root, ["b", 0], ["b", 0]);
    expect(verdict).toMatchObject({ stop: [], start: [], givenUp: ["b"], escalations: [], end: false });
    expect(standingOf(verdict.state, "b")).toBe("gone");
  });

  test("has a count of its own: its failures leave the group's alone", () => {
    const root = group([A, spare], { maxRestarts: 1 });
    expect(dieInTurn(root, ["b", 0], ["a", 0])).toMatchObject({ start: ["a"], end: false });
  });

  test("that was given up stays down when its siblings start again", () => {
    const root = group([A, spare], { strategy: "one-for-all", maxRestarts: 1 });
    expect(dieInTurn(root, ["b", 0], ["b", 0], ["a", 0])).toMatchObject({ stop: [], start: ["a"] });
  });

  test("heals with time", () => {
    const root = group([A, spare], { maxRestarts: 1, withinMs: 100 });
    expect(dieInTurn(root, ["b", 0], ["b", 100])).toMatchObject({ start: ["b"], givenUp: [] });
  });
});

describe("by hand", () => {
  test("what an operator has stopped is not started by a sibling's death", () => {
    const state = stoppedByHand(plant(group([A, B], { strategy: "one-for-all" })), "b");
    expect(die(state, "a")).toMatchObject({ stop: [], start: ["a"] });
  });

  test("the end that an operator's stop leads to is no failure", () => {
    const state = stoppedByHand(plant(group([A], { maxRestarts: 0 })), "a");
    expect(die(state, "a")).toEqual({ state, stop: [], start: [], givenUp: [], escalations: [], end: false });
  });

  test("what an operator has started is supervised again, also when it had been given up", () => {
    const root = group([A, isolate("b", { essential: false })], { maxRestarts: 1 });
    const { state } = dieInTurn(root, ["b", 0], ["b", 0]);
    expect(die(startedByHand(state, "b"), "b")).toMatchObject({ start: ["b"], givenUp: [] });
  });

  test("an isolate that the tree does not have is refused", () => {
    const state = plant(group([A]));
    expect(() => die(state, "x")).toThrow('the tree has no isolate "x"');
    expect(() => stoppedByHand(state, "x")).toThrow(RangeError);
    expect(() => startedByHand(state, "x")).toThrow(RangeError);
  });

  test("a tree in which two isolates have one name is refused", () => {
    expect(() => plant(group([A, group([isolate("a")])]))).toThrow("two isolates of the tree have one name");
  });
});
