import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { useRedis, withoutRedis } from "./redis-server.js";
import { jobFixture, TestQueue } from "./use-queue.js";

const redis = useRedis();

describe.skipIf(withoutRedis)("a sandboxed processor file", () => {
  describe.each(["BullMQ's own sandbox", "an isolated process"] as const)("in %s", (where) => {
    function use(queue: TestQueue, name: string): void {
      if (where === "an isolated process") queue.isolated(jobFixture(name));
      else queue.worker(jobFixture(name));
    }

    test("has the job, its token, its signal and its methods", async () => {
      const queue = new TestQueue(redis);
      use(queue, "drop-in.mjs");
      const progress: unknown[] = [];
      queue.events.on("progress", ({ data }) => progress.push(data));
      const { result, job } = await queue.run({ city: "Bern" }, { attempts: 2 }, "weather");
      expect(result).toEqual({
        id: job.id,
        name: "weather",
        data: { city: "Bern", seen: true },
        progress: { percent: 40 },
        attempts: [2, 0, 1],
        queue: [queue.name, "bull", `bull:${queue.name}`],
        timestamp: "number",
        hasToken: true,
        signal: [true, false],
        children: {},
        missing: [],
      });
      expect(job.data).toEqual({ city: "Bern", seen: true });
      expect(job.progress).toEqual({ percent: 40 });
      expect(progress).toEqual([{ percent: 40 }]);
      expect((await queue.queue.getJobLogs(job.id ?? "")).logs).toEqual(["working on weather"]);
    });

    test.each(["drop-in.cjs", "transpiled.cjs", "bundled.cjs", "default-of-exports.cjs"])(
      "may be CommonJS: %s",
      async (name) => {
        const queue = new TestQueue(redis);
        use(queue, name);
        expect((await queue.run({ a: 2, b: 3 })).result).toMatchObject({ sum: 5 });
      },
    );

    test.each([
      ["undefined", null],
      ["null", null],
      ["zero", 0],
      ["text", "text"],
      ["date", "1970-01-01T00:00:00.000Z"],
      ["methods", { answer: { text: "yes" } }],
    ])("may return %s", async (kind, expected) => {
      const queue = new TestQueue(redis);
      use(queue, "results.mjs");
      expect((await queue.run({ result: kind })).result).toEqual(expected);
    });

    test("fails with the name of an error that has no message", async () => {
      const queue = new TestQueue(redis);
      use(queue, "throws.mjs");
      expect((await queue.run({ throws: "silent" })).job.failedReason).toBe("AggregateError");
    });

    test("may work with a copy of the job", async () => {
      const queue = new TestQueue(redis);
      use(queue, "copied.mjs");
      const { result, job } = await queue.run({}, {}, "copied");
      expect(result).toEqual({ name: "copied", data: { parsed: true }, progress: 40 });
      expect(job.progress).toBe(40);
      expect((await queue.queue.getJobLogs(job.id ?? "")).logs).toEqual(["by the copy"]);
    });

    test("has its progress and log lines stored though it does not await them", async () => {
      const queue = new TestQueue(redis);
      use(queue, "unawaited.mjs");
      const { result, job } = await queue.run({});
      expect(result).toBe("done");
      expect(job.progress).toBe(99);
      expect((await queue.queue.getJobLogs(job.id ?? "")).logs).toEqual(["first", "second"]);
    });
  });

  test("may be another export than the default one, also of a CommonJS module that a bundler has made", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("bundled.cjs"), { method: "named" });
    expect((await queue.run({ a: 2, b: 3 })).result).toEqual({ sum: 5 });
  });

  test("may be TypeScript", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("typed.ts"));
    expect((await queue.run({ a: 2, b: 3 })).result).toEqual({ sum: 5 });
  });

  test("is found by its URL, without its ending, and from a folder", async () => {
    for (const [module, options] of [
      [pathToFileURL(jobFixture("drop-in.cjs")), {}],
      ["./drop-in.cjs", { from: jobFixture("") }],
    ] as const) {
      const queue = new TestQueue(redis);
      queue.isolated(module, options);
      expect((await queue.run({ a: 2, b: 3 })).result).toMatchObject({ sum: 5 });
    }
    const folder = mkdtempSync(join(redis.directory, "m-"));
    writeFileSync(join(folder, "job.js"), "module.exports = async () => 'no ending';");
    const queue = new TestQueue(redis);
    queue.isolated(join(folder, "job"));
    expect((await queue.run({})).result).toBe("no ending");
  });

  test("has what a job has in the worker itself, too", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("inline.mjs"));
    expect((await queue.run({}, { priority: 3 })).result).toEqual({
      rows: 1,
      state: "active",
      isActive: true,
      extended: 1,
      delay: 0,
      priority: 3,
      json: true,
    });
  });

  test("may have its processors under names", async () => {
    const plain = new TestQueue(redis);
    plain.isolated(jobFixture("named.mjs"), { method: "resize" });
    expect((await plain.run({ file: "a.png" })).result).toBe("plainly a.png");
    const nested = new TestQueue(redis);
    nested.isolated(jobFixture("named.mjs"), { method: "images.resize" });
    expect((await nested.run({ file: "a.png" })).result).toBe("resized a.png");
  });

  test("has the environment of its host, unless it is to have less", async () => {
    process.env.JOB_SECRET = "of the host";
    try {
      const all = new TestQueue(redis);
      all.isolated(jobFixture("environment.mjs"));
      expect((await all.run({})).result).toBe("of the host");
      const less = new TestQueue(redis);
      less.isolated(jobFixture("environment.mjs"), { inheritEnv: false });
      expect((await less.run({})).result).toBe("nothing");
    } finally {
      delete process.env.JOB_SECRET;
    }
  });

  test("returns megabytes", async () => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("results.mjs"));
    expect((await queue.run({ result: "large" })).result).toHaveLength(3_000_000);
  });

  test.each([
    ["bigint", "BigInt"],
    ["cycle", "circular"],
  ])("fails by what JSON cannot carry: %s", async (kind, message) => {
    const queue = new TestQueue(redis);
    queue.isolated(jobFixture("results.mjs"));
    const { failed } = await queue.run({ result: kind });
    expect(failed).toBeInstanceOf(TypeError);
    expect(failed?.message).toContain(message);
  });
});
