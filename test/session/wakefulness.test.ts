import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { Wakefulness } from "../../src/session/wakefulness.js";

const SOON_MS = 0.1;
const LATE_MS = 5;

/** Under a clock that only the test moves. */
function useWakefulness() {
  let time = 1_000;
  const wakefulness = new Wakefulness(() => time);
  const others = immediates();
  return {
    wakefulness,
    pass: (ms: number): void => {
      time += ms;
    },
    /** Whether it holds the event loop from sleeping, once that had its turn. */
    isAwake: async (): Promise<boolean> => {
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      return immediates() > others;
    },
    makeBrisk: (): void => {
      wakefulness.said();
      time += SOON_MS;
      wakefulness.heard();
    },
  };
}

function immediates(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Immediate").length;
}

describe.runIf(availableParallelism() > 1)("the event loop", () => {
  test("stays awake for a moment after a frame of a brisk exchange, and sleeps then", async () => {
    const { wakefulness, pass, isAwake, makeBrisk } = useWakefulness();
    makeBrisk();
    expect(await isAwake()).toBe(false);
    wakefulness.said();
    expect(await isAwake()).toBe(true);
    pass(SOON_MS);
    expect(await isAwake()).toBe(true);
    pass(SOON_MS);
    expect(await isAwake()).toBe(false);
  });

  test("sleeps when the reply has come", async () => {
    const { wakefulness, isAwake, makeBrisk } = useWakefulness();
    makeBrisk();
    wakefulness.said();
    expect(await isAwake()).toBe(true);
    wakefulness.heard();
    expect(await isAwake()).toBe(false);
  });

  test("sleeps where replies take their time", async () => {
    const { wakefulness, pass, isAwake } = useWakefulness();
    wakefulness.said();
    pass(LATE_MS);
    wakefulness.heard();
    wakefulness.said();
    expect(await isAwake()).toBe(false);
  });

  test("lets more and more chances go after waits in vain, and none after one that was not", async () => {
    const { wakefulness, pass, isAwake, makeBrisk } = useWakefulness();
    const takesChance = async (replyAfterMs: number): Promise<boolean> => {
      // A late reply ends the exchange before it, two soon ones begin another.
      pass(LATE_MS);
      wakefulness.heard();
      makeBrisk();
      wakefulness.said();
      const isTaken = await isAwake();
      pass(replyAfterMs);
      await isAwake();
      wakefulness.heard();
      return isTaken;
    };
    const chances = async (count: number, replyAfterMs: number): Promise<boolean[]> => {
      const taken: boolean[] = [];
      for (let chance = 0; chance < count; chance += 1) taken.push(await takesChance(replyAfterMs));
      return taken;
    };
    expect(await chances(7, LATE_MS)).toEqual([true, false, true, false, false, false, true]);
    expect(await chances(10, SOON_MS)).toEqual([...Array(7).fill(false), true, true, true]);
  });
});
