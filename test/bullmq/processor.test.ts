import { Worker } from "bullmq";
import { IsolationError } from "process-isolation";
import { type IsolatedProcessorOptions, isolatedProcessor } from "process-isolation/bullmq";
import { describe, expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useRedis, withoutRedis } from "./redis-server.js";
import { jobFixture, TestQueue } from "./use-queue.js";

const redis = useRedis();

/** A job that no queue has. */
const byHand = (data: object) => ({ id: "1", name: "by hand", asJSONSandbox: () => ({ data: JSON.stringify(data) }) });

describe("the options of a processor", () => {
  function refusal(options: object, module: string = jobFixture("drop-in.cjs")): IsolationError {
    try {
      isolatedProcessor(module, options as IsolatedProcessorOptions);
    } catch (error) {
      if (IsolationError.is(error)) return error;
      throw error;
    }
    return expect.fail("nothing was refused");
  }

  test.each([
    [{ method: "" }, /method must be the path of an export/],
    [{ method: 5 }, /method must be the path of an export/],
    [{ callTimeoutMs: 0 }, /callTimeoutMs must be milliseconds from 1/],
    [{ cancelGraceMs: -1 }, /cancelGraceMs must be milliseconds from 0/],
    [{ retryBrokenModule: "yes" }, /retryBrokenModule must be true or false/],
    [{ concurrency: 0 }, /concurrency must be a whole number from 1/],
    [{ max: 0 }, /max must be a whole number from 1/],
    [{ restart: true }, /no "restart": it decides that itself/],
    [{ preload: true }, /no "preload"/],
    [{ runtime: "python" }, /no "runtime"/],
    [{ concurency: 2 }, /no "concurency"; did you mean "concurrency"/],
    [{ limits: { memory: -1 } }, /limits\.memory/],
  ])("are checked before there is a job: %j", (options, message) => {
    expect(refusal(options)).toMatchObject({ code: "INVALID_OPTION", message: expect.stringMatching(message) });
  });

  test.each([undefined, null, 7, "x"])("are an object, if there are any: %s", (options) => {
    if (options === undefined) return void isolatedProcessor(jobFixture("drop-in.cjs"), options);
    expect(refusal(options as never).code).toBe("INVALID_OPTION");
  });

  test("name a file that is there", () => {
    expect(refusal({}, "./no-such-job.js")).toMatchObject({
      code: "MODULE_NOT_FOUND",
      message: expect.stringContaining("no-such-job.js"),
    });
  });
});

describe("a processor without a Worker", () => {
  test("runs what it is given, and ends with its scope", async () => {
    let pid = 0;
    {
      await using processor = isolatedProcessor<number>(jobFixture("pid.mjs"));
      pid = await processor(byHand({}));
      expect(isAlive(pid)).toBe(true);
      expect(pid).not.toBe(process.pid);
    }
    expect(isAlive(pid)).toBe(false);
  });

  test("tells of its processes, and takes no job after its end", async () => {
    const processor = isolatedProcessor(jobFixture("pid.mjs"), { max: 2 });
    onTestFinished(() => processor.close());
    const pool = await processor.ready();
    const exited: number[] = [];
    pool.events.on("exited", ({ pid }) => exited.push(pid));
    expect(await pool.status()).toMatchObject({ name: "pid", state: "ready", processes: [{ state: "ready" }] });
    const pid = await processor(byHand({}));
    await Promise.all([processor.close(), processor.close()]);
    expect(exited).toEqual([pid]);
    expect((await isolationError(processor(byHand({})))).code).toBe("STOPPED");
    expect((await isolationError(processor.ready())).code).toBe("STOPPED");
  });

  test("can be closed while its first process starts", async () => {
    const processor = isolatedProcessor(jobFixture("pid.mjs"));
    const job = processor(byHand({}));
    const failed = isolationError(job);
    await processor.close();
    expect(["CANCELLED", "STOPPED"]).toContain((await failed).code);
  });

  test("lets a process call nothing of a job but its methods", async () => {
    await using processor = isolatedProcessor(jobFixture("methods.mjs"));
    const job = Object.assign(byHand({}), { constructor: () => "escaped", queue: { obliterate: () => "escaped" } });
    await expect(processor(job)).rejects.toThrow(/getState is not a function in this version/);
  });
});

describe.skipIf(withoutRedis)("a processor of Workers", () => {
  test("ends its processes with the last of them, and starts others for the next", async () => {
    const queue = new TestQueue(redis);
    const processor = isolatedProcessor<number>(jobFixture("pid.mjs"));
    onTestFinished(() => processor.close());
    const one = queue.worker(processor);
    const pid = (await queue.run({})).result as number;
    await one.close();
    await until(() => !isAlive(pid));
    queue.worker(processor);
    const next = (await queue.run({})).result as number;
    expect(isAlive(next)).toBe(true);
    await queue.close();
    await until(() => !isAlive(next));
  });

  test("has as many processes as jobs run at once, and no more than its maximum", async () => {
    for (const [max, expected] of [
      [undefined, 3],
      [2, 2],
    ] as const) {
      const queue = new TestQueue(redis);
      const options = { cancelGraceMs: 0, ...(max === undefined ? {} : { max }) };
      const { worker, processor } = queue.isolated(jobFixture("cancellable.mjs"), options, { concurrency: 3 });
      const pool = await processor.ready();
      let running = 0;
      worker.on("progress", () => (running += 1));
      const jobs = await Promise.all([1, 2, 3].map(() => queue.add({})));
      await until(() => running === expected, 10_000);
      expect((await pool.status()).processes).toHaveLength(expected);
      worker.cancelAllJobs("enough");
      await Promise.all(jobs.map((job) => queue.ending(job)));
      await queue.close();
    }
  });

  test("leaves a job that did not end to another when its Worker is closed by force", async () => {
    const queue = new TestQueue(redis);
    const { worker, processor } = queue.isolated(jobFixture("ends.mjs"), { graceMs: 100 }, { lockDuration: 500 });
    const pool = await processor.ready();
    let hasBegun = false;
    queue.events.on("progress", () => (hasBegun = true));
    const job = await queue.add({ end: "hang" });
    await until(() => hasBegun);
    const pids = (await pool.status()).processes.map(({ pid }) => pid);
    await worker.close(true);
    await until(() => !pids.some(isAlive));
    expect(await job.getState()).toBe("active");
    await queue.queue.obliterate({ force: true });
  });

  test("is closed when the processes are gone that ended with its last Worker", async () => {
    const queue = new TestQueue(redis);
    const { worker, processor } = queue.isolated(jobFixture("ends.mjs"), { graceMs: 300 }, { lockDuration: 500 });
    const pool = await processor.ready();
    const begun = new Promise((resolve) => queue.events.once("progress", resolve));
    await queue.add({ end: "hang" });
    await begun;
    const pids = (await pool.status()).processes.map(({ pid }) => pid);
    await worker.close(true);
    expect(pids.some(isAlive)).toBe(true);
    await processor.close();
    expect(pids.filter(isAlive)).toEqual([]);
    await queue.queue.obliterate({ force: true });
  });

  test("makes jobs cancellable: it has the parameters that BullMQ looks for", () => {
    expect(isolatedProcessor(jobFixture("pid.mjs"))).toHaveLength(3);
    // What the compiler has to accept.
    const typed = (): Worker<{ a: number }, number> =>
      new Worker<{ a: number }, number>("q", isolatedProcessor<number>(jobFixture("pid.mjs")), {
        connection: redis.connection,
      });
    expect(typed).toBeTypeOf("function");
  });
});
