import type { ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { pidOutside } from "../../src/sandbox/index.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { WORKER, type Worker } from "../helpers/use-pool.js";
import { noBubblewrap } from "../sandbox/bubblewrap.js";

const WAITS = fixture("waits.mjs");

/** Longer than a machine that is shared keeps a process from running, most of the time. */
const UNRESPONSIVE_MS = 1_000;

/** What the watchdog says of the process once `silence` has made it silent, and the error of the call that it ran. */
async function diagnose(isolator: ProcessIsolator, silence: () => unknown) {
  const call = isolator.invoke(WAITS, "later", [60_000]);
  await isolator.invoke(WAITS, "isWaiting", [""]);
  const { pid } = isolator;
  const seen = nextEvent(isolator, "unresponsive");
  const error = isolationError(call);
  void Promise.resolve(silence()).catch(() => {});
  const { diagnosis, forMs } = await seen;
  expect((await error).code).toBe("UNRESPONSIVE");
  expect(await isolator.invoke(WAITS, "isWaiting", [""])).toBe(false);
  expect(isAlive(pid)).toBe(false);
  return { diagnosis, forMs, message: (await error).message };
}

test("a process whose event loop is blocked is replaced, and told from one that is stopped", async () => {
  const isolator = await useIsolator({ unresponsiveAfterMs: UNRESPONSIVE_MS });
  const { diagnosis, message } = await diagnose(isolator, () => isolator.invoke(WAITS, "spin", [60_000]));
  expect(diagnosis).toBe("blocked");
  expect(message).toMatch(/its event loop was blocked for \d+ ms; it used \d+\.\d+ s of processor time meanwhile/);
});

test("a process that reads nothing of what it is sent is told from one that is sent nothing", async () => {
  const isolator = await useIsolator({ unresponsiveAfterMs: UNRESPONSIVE_MS });
  const { diagnosis, message } = await diagnose(isolator, async () => {
    const blocked = isolator.invoke(WAITS, "spin", [60_000]);
    // More than the pipe holds, in pieces that do not go by shared memory.
    const filler = Array.from({ length: 300 }, () => isolator.invoke(WAITS, "isWaiting", ["x".repeat(16_000)]));
    await Promise.allSettled([blocked, ...filler]);
  });
  expect(diagnosis).toBe("full-pipe");
  expect(message).toMatch(/it read nothing of what it was sent for \d+ ms and its pipe is full/);
});

test("a process that computes for less than the bound is left alone", async () => {
  const isolator = await useIsolator({ unresponsiveAfterMs: 3 * UNRESPONSIVE_MS });
  const { pid } = isolator;
  await isolator.invoke(WAITS, "spin", [UNRESPONSIVE_MS / 2]);
  expect(await isolator.invoke(WAITS, "isWaiting", [""])).toBe(false);
  expect(isolator.pid).toBe(pid);
});

test("a process is not held responsible for what its host did not hear, because the host itself was blocked", async () => {
  const isolator = await useIsolator({ unresponsiveAfterMs: UNRESPONSIVE_MS });
  const { pid } = isolator;
  const spinning = nextEvent(isolator, "stdout");
  // Long enough that a sign of life was asked for and is not there yet when the host is blocked.
  const call = isolator.invoke(WAITS, "spin", [UNRESPONSIVE_MS / 2]);
  await spinning;
  await new Promise((resolve) => setTimeout(resolve, UNRESPONSIVE_MS / 3));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * UNRESPONSIVE_MS);
  await call;
  expect(await isolator.invoke(WAITS, "isWaiting", [""])).toBe(false);
  expect(isolator.pid).toBe(pid);
});

describe.runIf(process.platform === "linux")("a process that is stopped by a signal", () => {
  test("is replaced after the bound", async () => {
    const isolator = await useIsolator({ unresponsiveAfterMs: UNRESPONSIVE_MS });
    const { diagnosis } = await diagnose(isolator, () => process.kill(isolator.pid, "SIGSTOP"));
    expect(diagnosis).toBe("frozen");
  });

  test("is replaced after five seconds where there is no bound", { timeout: 60_000 }, async () => {
    const isolator = await useIsolator();
    const { diagnosis, forMs } = await diagnose(isolator, () => process.kill(isolator.pid, "SIGSTOP"));
    expect(diagnosis).toBe("frozen");
    expect(forMs).toBeGreaterThanOrEqual(5_000);
  });

  test("is replaced for whoever waits for something else than a call, and for nobody else", {
    timeout: 60_000,
  }, async () => {
    const isolators = await Promise.all([1, 2, 3, 4].map(() => useIsolator()));
    const [asked, read, lent, left] = isolators as [ProcessIsolator, ProcessIsolator, ProcessIsolator, ProcessIsolator];
    const items = await read.load<Worker>(WORKER).count(10);
    const counter = await lent.load<Worker>(WORKER).counter();
    const unread = await left.load<Worker>(WORKER).count(10);
    for (const { pid } of isolators) process.kill(pid, "SIGSTOP");
    const [{ generation }, item, answer] = await Promise.all([
      asked.status(),
      isolationError(items.next()),
      isolationError(counter.next()),
    ]);
    expect(generation).toBe(2);
    expect(item.code).toBe("UNRESPONSIVE");
    expect(answer.code).toBe("UNRESPONSIVE");
    process.kill(left.pid, "SIGCONT");
    expect(await unread.next()).toMatchObject({ value: { n: 0, pid: left.pid } });
    expect(left.generation).toBe(1);
  });

  test.skipIf(noBubblewrap)("is found in a sandbox too, where it is not the process that was started", async () => {
    const isolator = await useIsolator({ sandbox: "bubblewrap" });
    const { diagnosis } = await diagnose(isolator, () => {
      const pid = pidOutside(isolator.pid);
      expect(pid).not.toBe(isolator.pid);
      process.kill(pid as number, "SIGSTOP");
    });
    expect(diagnosis).toBe("frozen");
  });
});
