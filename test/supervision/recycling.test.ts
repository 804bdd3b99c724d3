import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type RecyclePolicy, Recycling } from "../../src/supervision/index.js";

/** How often a generation is looked at, in milliseconds. */
const LOOK_MS = 500;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

interface Watched {
  readonly pid?: number | "unknown";
  readonly wasSpare?: boolean;
  readonly startedAt?: number;
  readonly isBusy?: () => boolean;
  readonly recycle?: () => Promise<boolean>;
}

/** Watches a process that has just started; counts how often it was to be replaced. */
function watch(policy: RecyclePolicy, watched: Watched = {}) {
  const { pid = process.pid, isBusy = () => false, recycle } = watched;
  const { wasSpare = false, startedAt = performance.now() } = watched;
  let attempts = 0;
  const live = { startedAt, wasSpare, process: { innerPid: pid === "unknown" ? undefined : pid } };
  const recycling = new Recycling(policy, live, {
    isBusy,
    recycle: () => {
      attempts += 1;
      return recycle?.() ?? Promise.resolve(true);
    },
  });
  onTestFinished(() => recycling.stop());
  return { recycling, attempts: () => attempts };
}

test("a process that nothing bounds is not looked at", () => {
  const { recycling, attempts } = watch({});
  expect(vi.getTimerCount()).toBe(0);
  for (let call = 0; call < 1_000; call += 1) recycling.callStarted();
  expect(attempts()).toBe(0);
});

test("it is replaced with the last call that it may take, once", () => {
  const { recycling, attempts } = watch({ afterCalls: 3 });
  expect(vi.getTimerCount()).toBe(0);
  recycling.callStarted();
  recycling.callStarted();
  expect(attempts()).toBe(0);
  recycling.callStarted();
  recycling.callStarted();
  recycling.due();
  expect(attempts()).toBe(1);
});

test("the age of a spare counts from when it takes over", () => {
  const afterMs = 5_000;
  const startedAt = performance.now() - afterMs;
  const { attempts: early } = watch({ afterMs }, { startedAt });
  const { attempts } = watch({ afterMs }, { startedAt, wasSpare: true });
  vi.advanceTimersByTime(LOOK_MS);
  expect([early(), attempts()]).toEqual([1, 0]);
  vi.advanceTimersByTime(afterMs);
  expect(attempts()).toBe(1);
});

test.each([5, 200, 700, 10_000])("at an age of %i ms it is replaced, at the next look", (afterMs) => {
  const { attempts } = watch({ afterMs });
  vi.advanceTimersByTime(afterMs - 1);
  expect(attempts()).toBe(0);
  vi.advanceTimersByTime(Math.max(10, Math.min(LOOK_MS, afterMs)));
  expect(attempts()).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("it is looked at twice a second where a bound lies far away, and every 10 ms at the most", () => {
  let looks = 0;
  const isBusy = (): boolean => {
    looks += 1;
    return true;
  };
  const far = watch({ whenIdleMs: 60_000 }, { isBusy });
  far.recycling.callEnded();
  vi.advanceTimersByTime(10 * LOOK_MS);
  expect(looks).toBe(10);
  far.recycling.stop();
  watch({ whenIdleMs: 1 }, { isBusy }).recycling.callEnded();
  vi.advanceTimersByTime(100);
  expect(looks).toBe(20);
});

describe("memory", () => {
  test("above the bound has the process replaced at the next look", () => {
    const { attempts } = watch({ whenRssAbove: 1_000_000 });
    vi.advanceTimersByTime(LOOK_MS - 1);
    expect(attempts()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(attempts()).toBe(1);
  });

  test("below it does not", () => {
    const { attempts } = watch({ whenRssAbove: 2 ** 50 });
    vi.advanceTimersByTime(10 * LOOK_MS);
    expect(attempts()).toBe(0);
  });

  test("of a process that has just ended, or is not known, is none", () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    const ended = watch({ whenRssAbove: 0 }, { pid });
    const unknown = watch({ whenRssAbove: 0 }, { pid: "unknown" });
    vi.advanceTimersByTime(10 * LOOK_MS);
    expect([ended.attempts(), unknown.attempts()]).toEqual([0, 0]);
  });
});

describe("idleness", () => {
  test("of a process that was never used does not count", () => {
    const { attempts } = watch({ whenIdleMs: 100 });
    vi.advanceTimersByTime(60_000);
    expect(attempts()).toBe(0);
  });

  test("counts from the end of the last call", () => {
    const { recycling, attempts } = watch({ whenIdleMs: 100 });
    for (let call = 0; call < 5; call += 1) {
      recycling.callStarted();
      recycling.callEnded();
      vi.advanceTimersByTime(99);
      expect(attempts()).toBe(0);
    }
    vi.advanceTimersByTime(100);
    expect(attempts()).toBe(1);
  });

  test("is none while another call runs", () => {
    let isBusy = true;
    const { recycling, attempts } = watch({ whenIdleMs: 100 }, { isBusy: () => isBusy });
    recycling.callEnded();
    vi.advanceTimersByTime(60_000);
    expect(attempts()).toBe(0);
    isBusy = false;
    vi.advanceTimersByTime(100);
    expect(attempts()).toBe(1);
  });
});

test("the first bound that is reached counts, whichever others there are", () => {
  const far = { afterCalls: 1_000, afterMs: 2 ** 30, whenRssAbove: 2 ** 50, whenIdleMs: 2 ** 30 };
  const cases: [RecyclePolicy, boolean][] = [
    [far, false],
    [{ ...far, afterCalls: 1 }, true],
    [{ ...far, afterMs: 100 }, true],
    [{ ...far, whenRssAbove: 1 }, true],
    [{ ...far, whenIdleMs: 100 }, true],
  ];
  for (const [policy, isReached] of cases) {
    const { recycling, attempts } = watch(policy);
    recycling.callStarted();
    recycling.callEnded();
    vi.advanceTimersByTime(10_000);
    expect(attempts(), JSON.stringify(policy)).toBe(isReached ? 1 : 0);
  }
});

describe("a successor that is not to be had", () => {
  test("is tried for again, each time after twice the wait, up to a minute", async () => {
    const times: number[] = [];
    const startedAt = performance.now();
    const recycle = async (): Promise<boolean> => {
      times.push(performance.now() - startedAt);
      return false;
    };
    watch({}, { recycle }).recycling.due();
    await vi.advanceTimersByTimeAsync(10 * LONGEST_RETRY_MS);
    const waits = times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)));
    expect(waits.slice(0, 9)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  test("is tried for until one is had, and never once the generation is gone", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 70_000 }),
        async (failures, stopAfterMs) => {
          let left = failures;
          const recycle = async (): Promise<boolean> => {
            left -= 1;
            return left < 0;
          };
          const { recycling, attempts } = watch({}, { recycle });
          recycling.due();
          await vi.advanceTimersByTimeAsync(stopAfterMs);
          const until = Math.floor(Math.log2(stopAfterMs / FIRST_RETRY_MS + 1));
          expect(attempts()).toBe(1 + Math.min(failures, Math.max(0, until)));
          recycling.stop();
          const before = attempts();
          await vi.advanceTimersByTimeAsync(2 * LONGEST_RETRY_MS);
          expect(attempts()).toBe(before);
          expect(vi.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("is not waited for when the generation ends while it is tried for", async () => {
    let answer = (_: boolean): void => {};
    const recycle = (): Promise<boolean> =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const { recycling, attempts } = watch({}, { recycle });
    recycling.due();
    recycling.stop();
    answer(false);
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS);
    expect(attempts()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("a generation that is gone is not replaced, whatever is due", () => {
  const { recycling, attempts } = watch({ afterCalls: 1, afterMs: 10 });
  recycling.stop();
  recycling.callStarted();
  vi.advanceTimersByTime(10_000);
  expect(attempts()).toBe(0);
});
