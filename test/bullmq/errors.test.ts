import { DelayedError, UnrecoverableError } from "bullmq";
import { IsolationError } from "process-isolation";
import { describe, expect, test } from "vitest";
import { useRedis, withoutRedis } from "./redis-server.js";
import { jobFixture, TestQueue } from "./use-queue.js";

const redis = useRedis();

describe.skipIf(withoutRedis)("what a job throws", () => {
  function use(module: string): TestQueue {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture(module));
    return queue;
  }

  test("fails the job with its class, fields, cause and stack", async () => {
    const { failed, job } = await use("throws.mjs").run({ throws: "quota" });
    expect(failed).toBeInstanceOf(RangeError);
    expect(failed).toMatchObject({ name: "QuotaError", code: "E_QUOTA", left: { bytes: 0 }, message: "no room" });
    expect(failed?.cause).toMatchObject({ message: "disk" });
    expect(job.failedReason).toBe("no room");
    expect(job.stacktrace?.[0]).toMatch(/QuotaError: no room\n.*throws\.mjs:\d+/s);
  });

  test.each(["unrecoverable", "other"])(
    "is final by an UnrecoverableError, of whichever copy of BullMQ: %s",
    async (kind) => {
      const { failed, job } = await use("throws.mjs").run({ throws: kind }, { attempts: 5 });
      expect(failed).toBeInstanceOf(UnrecoverableError);
      expect(job).toMatchObject({ failedReason: "never again", attemptsMade: 1 });
    },
  );

  test("is final by a class that extends it, under its own name", async () => {
    const { failed, job } = await use("throws.mjs").run({ throws: "subclass" }, { attempts: 5 });
    expect(failed).toBeInstanceOf(UnrecoverableError);
    expect(failed).toMatchObject({ name: "PoisonError", message: "poison" });
    expect(failed).not.toHaveProperty("bullmqError");
    expect(job.attemptsMade).toBe(1);
  });

  test.each([
    ["text", "just text"],
    ["nothing", "undefined"],
    ["object", "an object"],
  ])("may be no error: %s", async (kind, reason) => {
    const { failed, job } = await use("throws.mjs").run({ throws: kind });
    expect(failed).toBeInstanceOf(Error);
    expect(job.failedReason).toBe(reason);
  });

  test("is tried again as attempts and backoff say", async () => {
    const queue = use("throws.mjs");
    const delays: number[] = [];
    queue.events.on("delayed", ({ delay }) => delays.push(delay));
    const { job } = await queue.run({ throws: "text" }, { attempts: 3, backoff: { type: "fixed", delay: 20 } });
    expect(job.attemptsMade).toBe(3);
    expect(delays).toHaveLength(2);
  });

  test.each([
    ["delayed", DelayedError],
    ["wait", Error],
  ])("moves the job elsewhere without failing it: %s", async (move) => {
    const queue = use("moves.mjs");
    const failed: string[] = [];
    queue.events.on("failed", ({ jobId }) => failed.push(jobId));
    expect((await queue.run({ move })).result).toBe(`${move}, then done`);
    expect(failed).toEqual([]);
  });

  test("puts the job back by a RateLimitError", async () => {
    const queue = use("limited.mjs");
    const { result, job } = await queue.run({});
    expect(result).toBe("done");
    expect(job.attemptsStarted).toBe(2);
  });

  test("lets a parent wait for its children, and read what they came to", async () => {
    const { FlowProducer } = await import("bullmq");
    const queue = use("parent.mjs");
    const flows = new FlowProducer({ connection: redis.connection });
    await queue.events.waitUntilReady();
    const child = (data: object, opts = {}) => ({ name: "child", queueName: queue.name, data, opts });
    const { job } = await flows.add({
      name: "parent",
      queueName: queue.name,
      data: {},
      children: [child({ n: 1 }), child({ n: 2 }), child({ fail: true }, { ignoreDependencyOnFailure: true })],
    });
    expect((await queue.ending(job)).result).toEqual({
      values: [1, 2],
      failures: ["the child fails"],
      counts: { failed: 0, ignored: 1, processed: 2, unprocessed: 0 },
    });
    await flows.close();
  });
});

describe.skipIf(withoutRedis)("a broken module", () => {
  test.each([
    ["broken-throws.mjs", "MODULE_FAILED", "the database is not configured"],
    ["broken-import.mjs", "MODULE_FAILED", "a-package-that-is-not-there"],
    ["broken-nothing.mjs", "METHOD_NOT_FOUND", "no function as its default export"],
    ["broken-object.mjs", "METHOD_NOT_FOUND", "no function as its default export"],
  ] as const)("fails each job once, with the reason, in one process: %s", async (module, code, reason) => {
    const queue = new TestQueue(redis);
    const { processor } = queue.isolated(jobFixture(module), {}, { concurrency: 4 });
    const pool = await processor.ready();
    for (let round = 0; round < 5; round++) {
      const { failed, job } = await queue.run({}, { attempts: 5 });
      expect(failed).toBeInstanceOf(UnrecoverableError);
      expect(IsolationError.is(failed?.cause, code)).toBe(true);
      expect(job.failedReason).toContain(reason);
      expect(job.attemptsMade).toBe(1);
      expect(job.stacktrace?.[0]).toContain(reason);
    }
    const { processes, restarts } = await pool.status();
    expect({ processes: processes.length, restarts }).toEqual({ processes: 1, restarts: 0 });
  });

  test("is tried again where that is asked for", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("broken-throws.mjs"), { retryBrokenModule: true });
    const { failed, job } = await queue.run({}, { attempts: 3 });
    expect(IsolationError.is(failed, "MODULE_FAILED")).toBe(true);
    expect(job.attemptsMade).toBe(3);
  });

  test("that ends the process fails the job with exit code and last words, and starts one process for each attempt", async () => {
    const queue = new TestQueue(redis);
    const { processor } = queue.isolated(jobFixture("broken-exit.mjs"));
    const pool = await processor.ready();
    const pids = new Set<number>();
    pool.events.on("exited", ({ pid }) => pids.add(pid));
    const { failed, job } = await queue.run({}, { attempts: 3 });
    expect(IsolationError.is(failed, "CRASHED")).toBe(true);
    expect(job.failedReason).toMatch(/code 9.*no licence/s);
    expect(job.attemptsMade).toBe(3);
    expect(pids.size).toBe(3);
  });

  test("is one that has no such export", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("named.mjs"), { method: "resise" });
    expect((await queue.run({})).failed?.message).toMatch(/"resise".*resize/);
    const constant = new TestQueue(redis);
    constant.isolated(jobFixture("named.mjs"), { method: "SIZE" });
    expect((await constant.run({})).failed?.message).toContain('no function "SIZE"');
  });

  test("does not keep the process storm going when no process can start", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("drop-in.cjs"), { execArgv: ["--no-such-flag"] }, { concurrency: 4 });
    const jobs = await Promise.all([1, 2, 3, 4].map((a) => queue.add({ a, b: 1 })));
    const endings = await Promise.all(jobs.map((job) => queue.ending(job)));
    for (const { failed } of endings) {
      expect(failed).toMatchObject({ code: "START_FAILED" });
      expect(failed?.message).toMatch(/9.*no-such-flag/s);
    }
  });
});
