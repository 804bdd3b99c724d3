import { setImmediate as turn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { OutputPace, type PacedOutput } from "../../src/process/output-pace.js";

/** Handles something until it is told to stop, and says when. */
class Endless implements PacedOutput {
  turns = 0;
  spentMs = 0;
  readonly #onTurn: () => void;

  constructor(onTurn: () => void = () => {}) {
    this.#onTurn = onTurn;
  }

  work(deadline: number): boolean {
    const startedAt = performance.now();
    this.turns += 1;
    this.#onTurn();
    while (performance.now() < deadline);
    this.spentMs += performance.now() - startedAt;
    return true;
  }
}

/** Hands an endless output over, for the length of the test. */
function useEndless(pace: OutputPace, onTurn?: () => void): Endless {
  const output = new Endless(onTurn);
  onTestFinished(() => pace.leave(output));
  pace.take(output, 1);
  return output;
}

test("little is handled at once", () => {
  const pace = new OutputPace();
  let times = 0;
  const output: PacedOutput = {
    work: () => {
      times += 1;
      return false;
    },
  };
  expect(pace.take(output, 100)).toBe(true);
  expect(times).toBe(1);
});

test("much is handled in turns, between which everything else has its own", async () => {
  const order: string[] = [];
  const pace = new OutputPace();
  useEndless(pace, () => order.push("output"));
  while (order.length < 40) {
    await turn();
    order.push("other");
  }
  // The first one is at once.
  expect(order.slice(1).join()).not.toContain("output,output");
});

test("outputs take turns with each other", async () => {
  const order: string[] = [];
  const pace = new OutputPace();
  useEndless(pace, () => order.push("a"));
  useEndless(pace, () => order.push("b"));
  useEndless(pace, () => order.push("c"));
  while (order.length < 31) await turn();
  expect(order.slice(0, 31).join("")).toMatch(/^a+(bca|cab|abc){6,}/);
});

test("all together get a part of the time, however much they have", async () => {
  const pace = new OutputPace();
  const outputs = [useEndless(pace), useEndless(pace), useEndless(pace)];
  const startedAt = performance.now();
  while (performance.now() - startedAt < 500) await turn();
  const spent = outputs.reduce((sum, { spentMs }) => sum + spentMs, 0);
  expect(outputs.every(({ turns }) => turns > 2)).toBe(true);
  expect(spent / (performance.now() - startedAt)).toBeLessThan(0.6);
});

test("what only costs its reading is charged too", () => {
  const pace = new OutputPace();
  const output: PacedOutput = { work: () => false };
  let reads = 0;
  while (pace.take(output, 64 * 1024)) reads += 1;
  pace.leave(output);
  expect(reads).toBeGreaterThan(100);
  expect(reads).toBeLessThan(5_000);
});

test("who has left gets no turn", async () => {
  const pace = new OutputPace();
  const gone = useEndless(pace);
  pace.leave(gone);
  const { turns } = gone;
  const endless = useEndless(pace);
  while (endless.turns < 5) await turn();
  expect(gone.turns).toBe(turns);
});
