import { describe, expect, test } from "vitest";
import { isLegalMove, move, type State } from "../../src/supervision/index.js";

const cause = { kind: "terminated" } as const;
const timer = {} as NodeJS.Timeout;

const STATES: { readonly [kind in State["kind"]]: State } = {
  idle: { kind: "idle" },
  starting: { kind: "starting", generation: 1, abort: new AbortController() },
  ready: { kind: "ready", live: {} as Extract<State, { kind: "ready" }>["live"] },
  waiting: { kind: "waiting", generation: 2, timer },
  stopping: { kind: "stopping", live: undefined, cause },
  stopped: { kind: "stopped", cause, outcome: undefined },
};

/** One row for each state, one column for each next state, in the order of `STATES`. */
const TABLE: { readonly [kind in State["kind"]]: string } = {
  //         idle, starting, ready, waiting, stopping, stopped
  idle: "     no    yes      no     no       no        no",
  starting: " no    yes      yes    yes      yes       yes",
  ready: "    no    yes      yes    yes      yes       yes",
  waiting: "  no    yes      no     yes      yes       yes",
  stopping: " no    no       no     no       no        yes",
  stopped: "  no    no       no     no       no        no",
};

const kinds = Object.keys(STATES) as State["kind"][];
const pairs = kinds.flatMap((from) =>
  TABLE[from]
    .trim()
    .split(/\s+/)
    .map((answer, column) => ({ from, to: kinds[column] as State["kind"], answer })),
);

describe("a move of the supervisor's state", () => {
  test("is decided for every pair", () => {
    expect(pairs).toHaveLength(kinds.length ** 2);
  });

  test.each(pairs)("from $from to $to: $answer", ({ from, to, answer }) => {
    expect(isLegalMove(from, to)).toBe(answer === "yes");
    if (answer === "yes") expect(move(STATES[from], STATES[to])).toBe(STATES[to]);
    else expect(() => move(STATES[from], STATES[to])).toThrow(`illegal move from ${from} to ${to}`);
  });
});

test("no move leaves stopped, and every state but stopped has a way to it", () => {
  expect(kinds.filter((to) => isLegalMove("stopped", to))).toEqual([]);
  const reaches = (from: State["kind"], seen: readonly State["kind"][] = []): boolean =>
    isLegalMove(from, "stopped") ||
    kinds.some((to) => !seen.includes(to) && isLegalMove(from, to) && reaches(to, [...seen, from]));
  expect(kinds.filter((kind) => kind !== "stopped" && !reaches(kind))).toEqual([]);
});
