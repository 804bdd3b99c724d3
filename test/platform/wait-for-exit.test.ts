import { once } from "node:events";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { waitForExit } from "../../src/platform/index.js";
import { useProcess } from "./support.js";

const useSleeper = () => useProcess(process.execPath, ["-e", "setInterval(() => {}, 1_000)"]);

/** Under a clock that only the test moves. */
async function untilItWaits(): Promise<void> {
  while (vi.getTimerCount() === 0) await new Promise((resolve) => void setImmediate(resolve));
}

describe("waiting for the end of processes", () => {
  test("is over at once where there are none, and where they have ended", async () => {
    const child = useSleeper();
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await waitForExit([], 60_000)).toEqual([]);
    expect(await waitForExit([child.pid], 60_000)).toEqual([]);
  });

  test("is over with the last of them", async () => {
    const children = [useSleeper(), useSleeper(), useSleeper()];
    let isOver = false;
    const waited = waitForExit(
      children.map(({ pid }) => pid),
      60_000,
    ).finally(() => {
      isOver = true;
    });
    for (const child of children) {
      await new Promise((resolve) => void setImmediate(resolve));
      expect(isOver).toBe(false);
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    expect(await waited).toEqual([]);
  });

  test("tells, after the time that it has, which of them live", async () => {
    const [first, ended, last] = [useSleeper(), useSleeper(), useSleeper()];
    ended.kill("SIGKILL");
    await once(ended, "exit");
    const startedAt = performance.now();
    expect(await waitForExit([first.pid, ended.pid, last.pid], 50)).toEqual([first.pid, last.pid]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(50);
    expect(await waitForExit([first.pid], 0)).toEqual([first.pid]);
  });

  test("looks again soon, and then every 20 ms", async () => {
    const child = useSleeper();
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const waited = waitForExit([child.pid], 60_000);
    const pauses: number[] = [];
    for (let look = 0; look < 10; look += 1) {
      await untilItWaits();
      const before = performance.now();
      vi.advanceTimersToNextTimer();
      pauses.push(Math.round(performance.now() - before));
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 20, 20, 20, 20, 20]);
    // The look that follows the last pause must not see the end.
    await untilItWaits();
    child.kill("SIGKILL");
    await once(child, "exit");
    vi.advanceTimersToNextTimer();
    expect(await waited).toEqual([]);
  });
});
