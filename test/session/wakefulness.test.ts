import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Wakefulness } from "../../src/session/wakefulness.js";

/** How often the event loop went round meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  const turns = (): number => performance.nodeTiming.uvMetricsInfo.loopCount;
  const before = turns();
  await work();
  return turns() - before;
}

/** Makes it think that replies come at once. */
function makeBrisk(wakefulness: Wakefulness): void {
  wakefulness.said();
  wakefulness.heard();
}

const LONG_MS = 60;
/** A loop that stays awake goes round once every few microseconds. */
const FEW = 15;

describe.runIf(availableParallelism() > 1)("the event loop", () => {
  test("stays awake for a moment after a frame of a brisk exchange, and sleeps then", async () => {
    const wakefulness = new Wakefulness();
    makeBrisk(wakefulness);
    wakefulness.said();
    expect(await turnsDuring(() => delay(LONG_MS))).toBeGreaterThan(FEW);
    expect(await turnsDuring(() => delay(LONG_MS))).toBeLessThan(FEW);
  });

  test("sleeps at once when the reply has come", async () => {
    const wakefulness = new Wakefulness();
    makeBrisk(wakefulness);
    wakefulness.said();
    wakefulness.heard();
    expect(await turnsDuring(() => delay(LONG_MS))).toBeLessThan(FEW);
  });

  test("sleeps where replies take their time", async () => {
    const wakefulness = new Wakefulness();
    wakefulness.said();
    await delay(5);
    wakefulness.heard();
    wakefulness.said();
    expect(await turnsDuring(() => delay(LONG_MS))).toBeLessThan(FEW);
  });

  test("lets more and more chances go after waits in vain", async () => {
    const wakefulness = new Wakefulness();
    const staysAwake = async (): Promise<boolean> => {
      // The first reply was long in coming, and says so; the second makes the exchange brisk.
      wakefulness.heard();
      makeBrisk(wakefulness);
      wakefulness.said();
      return (await turnsDuring(() => delay(5))) > FEW;
    };
    await delay(5);
    const chances: boolean[] = [];
    for (let chance = 0; chance < 7; chance += 1) chances.push(await staysAwake());
    expect(chances).toEqual([true, false, true, false, false, false, true]);
  });
});
