import { describe, expect, test } from "vitest";
import { until } from "../helpers/until.js";
import { useRedis, withoutRedis } from "./redis-server.js";
import { jobFixture, TestQueue } from "./use-queue.js";

const redis = useRedis(true);

describe.skipIf(withoutRedis)("a Redis that goes away and comes back", () => {
  test("finds the job that ran meanwhile done, and the next ones run", async () => {
    const queue = new TestQueue(redis);
    const { processor } = queue.isolated(jobFixture("ends.mjs"), {}, { runRetryDelay: 100 });
    const pool = await processor.ready();
    let hasBegun = false;
    queue.events.on("progress", () => (hasBegun = true));
    const job = await queue.add({ end: "busy", ms: 1_500 });
    await until(() => hasBegun);
    const [{ pid } = { pid: 0 }] = (await pool.status()).processes;
    await redis.stop();
    await redis.start();
    expect((await queue.ending(job)).result).toBe("after a long time");
    expect((await queue.run({ end: "fine" })).result).toBe(pid);
  });

  test("gets the progress that a job reports meanwhile", async () => {
    const queue = new TestQueue(redis);
    const { worker } = queue.isolated(jobFixture("cancellable.mjs"), {}, { runRetryDelay: 100 });
    const reported = new Promise((resolve) => worker.once("progress", resolve));
    const started = new Promise((resolve) => worker.once("active", resolve));
    const job = await queue.add({});
    await started;
    await redis.stop();
    await redis.start();
    await reported;
    worker.cancelJob(job.id ?? "", "enough");
    expect((await queue.ending(job)).result).toBe("gave up: enough");
  });
});
