import type { Job } from "bullmq";
import { IsolationError } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";
import { useRedis, withoutRedis } from "./redis-server.js";
import { jobFixture, TestQueue } from "./use-queue.js";

const redis = useRedis();

/** Adds a job of ends.mjs, and waits until it runs. */
async function running(queue: TestQueue, data: object, options = {}): Promise<{ job: Job; pid: number }> {
  const pids: number[] = [];
  queue.events.on("progress", ({ data }) => pids.push((data as unknown as { pid: number }).pid));
  const job = await queue.add(data, options);
  await until(() => pids.length > 0);
  return { job, pid: pids[0] ?? 0 };
}

describe.skipIf(withoutRedis)("a process that ends while it has a job", () => {
  test.each([
    ["exit", /exited with code 3.*the last words/s, { exitCode: 3 }],
    ["kill", /SIGKILL/, { signal: "SIGKILL" }],
    ["rejection", /exited with code 1.*nobody handles this/s, { exitCode: 1 }],
  ])("fails it with how it ended, and what it last wrote: %s", async (end, reason, facts) => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("ends.mjs"));
    const { failed, job } = await queue.run({ end });
    expect(IsolationError.is(failed, "CRASHED")).toBe(true);
    expect((failed as IsolationError).facts).toMatchObject(facts);
    expect(job.failedReason).toMatch(reason);
    expect(job.stacktrace?.[0]).toMatch(reason);
  });

  test("costs no other job, and the next ones run", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("ends.mjs"), {}, { concurrency: 3 });
    const ends = ["fine", "exit", "fine", "kill", "fine", "exit", "fine", "fine"];
    const jobs = await Promise.all(ends.map((end) => queue.add({ end })));
    const endings = await Promise.all(jobs.map((job) => queue.ending(job)));
    expect(endings.map(({ failed }) => (failed === undefined ? "fine" : "failed"))).toEqual(
      ends.map((end) => (end === "fine" ? "fine" : "failed")),
    );
  });

  test("is followed by another for as many bad jobs as there are", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("ends.mjs"), {}, { concurrency: 4 });
    expect((await queue.run({ end: "fine" })).failed).toBeUndefined();
    const bad = await Promise.all(Array.from({ length: 14 }, () => queue.add({ end: "exit" })));
    for (const job of bad) expect(IsolationError.is((await queue.ending(job)).failed, "CRASHED")).toBe(true);
    expect((await queue.run({ end: "fine" })).failed).toBeUndefined();
  });

  test("by its limit of memory says so", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("ends.mjs"), { limits: { memory: "160MB" } });
    const { failed, job } = await queue.run({ end: "memory" });
    expect(IsolationError.is(failed, "LIMIT_EXCEEDED")).toBe(true);
    expect(job.failedReason).toContain("limits.memory");
  });
});

describe.skipIf(withoutRedis)("a job's time", () => {
  test("is bounded: its signal says so, and what it comes to then counts", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("cancellable.mjs"), { callTimeoutMs: 150 });
    expect((await queue.run({})).result).toMatch(/gave up: .*did not end within 150 ms DEADLINE_EXCEEDED/);
    const other = new TestQueue(redis);
    other.isolated(jobFixture("cancellable.mjs"), { callTimeoutMs: 150 });
    expect((await other.run({ throws: true })).failed?.message).toMatch(/gave up: .*within 150 ms/);
  });

  test.each(["loop", "hang"])("is bounded for one that heeds no signal: its process is killed: %s", async (end) => {
    const queue = new TestQueue(redis);
    const { processor } = queue.isolated(jobFixture("ends.mjs"), { callTimeoutMs: 1_000, cancelGraceMs: 100 });
    await processor.ready();
    const pids: number[] = [];
    queue.events.on("progress", ({ data }) => pids.push((data as unknown as { pid: number }).pid));
    const { failed, job } = await queue.run({ end });
    expect(IsolationError.is(failed, "DEADLINE_EXCEEDED")).toBe(true);
    expect(job.failedReason).toBe(`DEADLINE_EXCEEDED: job ${job.id} (job) did not end within 1000 ms`);
    expect((await queue.run({ end: "fine" })).failed).toBeUndefined();
    await until(() => pids.length > 0 && !isAlive(pids[0] ?? 0));
  });

  test("is bounded still when it was cancelled, and heeds no signal", async () => {
    const queue = new TestQueue(redis);
    const { worker, processor } = queue.isolated(jobFixture("ends.mjs"), { callTimeoutMs: 1_000, graceMs: 100 });
    await processor.ready();
    worker.once("progress", ({ id }) => worker.cancelJob(id ?? "", "the user left"));
    const { failed } = await queue.run({ end: "hang" });
    expect(IsolationError.is(failed, "DEADLINE_EXCEEDED")).toBe(true);
    expect((await queue.run({ end: "fine" })).failed).toBeUndefined();
  });

  test("passes also while it waits for the first process", async () => {
    const queue = new TestQueue(redis);
    const neverReady = ["--import", "data:text/javascript,await new Promise(() => setInterval(() => {}, 1_000))"];
    const times = { startTimeoutMs: 120_000, callTimeoutMs: 200, cancelGraceMs: 50 };
    queue.isolated(jobFixture("ends.mjs"), { ...times, execArgv: neverReady });
    const { failed } = await queue.run({ end: "fine" });
    expect(IsolationError.is(failed, "DEADLINE_EXCEEDED")).toBe(true);
  });

  test("is without end for a busy one, whose lock is renewed", async () => {
    const queue = new TestQueue(redis);
    const { worker } = queue.isolated(jobFixture("ends.mjs"), {}, { lockDuration: 300, stalledInterval: 150 });
    const stalled: string[] = [];
    worker.on("stalled", (id) => stalled.push(id));
    expect((await queue.run({ end: "busy", ms: 1_200 })).result).toBe("after a long time");
    expect(stalled).toEqual([]);
  });
});

describe.skipIf(withoutRedis)("a cancelled job", () => {
  test("hears of it with the reason, and ends in its own way", async () => {
    const queue = new TestQueue(redis);
    const { worker } = queue.isolated(jobFixture("cancellable.mjs"));
    const job = await queue.add({});
    const runs = new Promise((resolve) => worker.once("progress", resolve));
    await runs;
    expect(worker.cancelJob(job.id ?? "", "the user left")).toBe(true);
    expect((await queue.ending(job)).result).toBe("gave up: the user left");
  });

  test("hears of it also when it is cancelled before a process has it", async () => {
    const queue = new TestQueue(redis);
    const { worker } = queue.isolated(jobFixture("cancellable.mjs"));
    const cancelled = new Promise<void>((resolve) => {
      worker.once("active", ({ id }) => {
        // Its processor is called in the same turn.
        setImmediate(() => {
          expect(worker.cancelJob(id ?? "", "at once")).toBe(true);
          resolve();
        });
      });
    });
    const job = await queue.add({});
    await cancelled;
    expect((await queue.ending(job)).result).toBe("gave up: at once");
  });

  test("hurts none that runs beside it", async () => {
    const queue = new TestQueue(redis);
    const { worker } = queue.isolated(jobFixture("cancellable.mjs"), { concurrency: 2, max: 1 }, { concurrency: 2 });
    let running = 0;
    worker.on("progress", () => (running += 1));
    const one = await queue.add({});
    const other = await queue.add({});
    await until(() => running === 2);
    worker.cancelJob(one.id ?? "", "first");
    expect((await queue.ending(one)).result).toBe("gave up: first");
    expect(await other.getState()).toBe("active");
    worker.cancelJob(other.id ?? "", "second");
    expect((await queue.ending(other)).result).toBe("gave up: second");
  });

  test("is killed after its grace when it does not heed it, where that is asked for", async () => {
    const queue = new TestQueue(redis);
    const { worker } = queue.isolated(jobFixture("ends.mjs"), { cancelGraceMs: 100 });
    const { job, pid } = await running(queue, { end: "loop" });
    worker.cancelJob(job.id ?? "", "too slow");
    const { failed } = await queue.ending(job);
    expect(IsolationError.is(failed, "CANCELLED")).toBe(true);
    expect(failed?.message).toMatch(/cancelled \(too slow\); it did not end within 100 ms, and its process was killed/);
    await until(() => !isAlive(pid));
  });
});
