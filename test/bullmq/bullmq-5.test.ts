import { randomUUID } from "node:crypto";
import { Queue, QueueEvents, Worker } from "bullmq5";
import { isolatedProcessor } from "process-isolation/bullmq";
import { describe, expect, onTestFinished, test } from "vitest";
import { useRedis, withoutRedis } from "./redis-server.js";
import { jobFixture } from "./use-queue.js";

const redis = useRedis();

/** Runs one job with BullMQ 5. */
async function run(
  module: string,
  data: object,
  options = {},
): Promise<{ result?: unknown; reason?: string; attempts: number }> {
  const { connection } = redis;
  const name = randomUUID();
  const queue = new Queue(name, { connection });
  const events = new QueueEvents(name, { connection });
  const processor = isolatedProcessor(jobFixture(module), { stderr: "ignore" });
  const worker = new Worker(name, processor, { connection });
  onTestFinished(async () => {
    await worker.close();
    await Promise.all([processor.close(), events.close(), queue.close()]);
  });
  await events.waitUntilReady();
  const job = await queue.add("job", data, options);
  const ending = await job.waitUntilFinished(events).then(
    (result: unknown) => ({ result }),
    (error: Error) => ({ reason: error.message }),
  );
  return { ...ending, attempts: (await queue.getJob(job.id ?? ""))?.attemptsMade ?? 0 };
}

describe.skipIf(withoutRedis)("BullMQ 5", () => {
  test("runs a sandboxed processor file", async () => {
    expect((await run("drop-in.mjs", { city: "Bern" })).result).toMatchObject({
      data: { city: "Bern", seen: true },
      progress: { percent: 40 },
      missing: [],
    });
  });

  test("knows its own errors", async () => {
    expect(await run("throws.mjs", { throws: "unrecoverable" }, { attempts: 3 })).toEqual({
      reason: "never again",
      attempts: 1,
    });
    expect((await run("moves.mjs", { move: "delayed" })).result).toBe("delayed, then done");
    expect((await run("limited.mjs", {})).result).toBe("done");
  });

  test("fails a job of a broken module once, and one whose process ends as often as it may", async () => {
    expect(await run("broken-throws.mjs", {}, { attempts: 3 })).toMatchObject({ attempts: 1 });
    const ended = await run("ends.mjs", { end: "exit" }, { attempts: 2 });
    expect(ended).toMatchObject({ attempts: 2, reason: expect.stringMatching(/exited with code 3/) });
  });
});
