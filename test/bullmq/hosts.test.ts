import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import type { Job } from "bullmq";
import { describe, expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useRedis, withoutRedis } from "./redis-server.js";
import { jobFixture, TestQueue } from "./use-queue.js";

const redis = useRedis();

/** A process with a Worker of its own. It ends with the test. */
async function useWorkerHost(
  queue: TestQueue,
  module: string,
  concurrency: number,
  sockets?: string,
): Promise<ChildProcess> {
  const options = { stdout: "ignore", stderr: "ignore", idleMs: 60_000 };
  const facts = { path: redis.connection.path, queue: queue.name, module: jobFixture(module), options, concurrency };
  const host = spawn(process.execPath, [jobFixture("host.mjs"), JSON.stringify(facts)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...(sockets === undefined ? {} : { XDG_RUNTIME_DIR: sockets }) },
  });
  onTestFinished(() => void host.kill("SIGKILL"));
  await once(host.stdout as NodeJS.ReadableStream, "data");
  return host;
}

async function kill(host: ChildProcess): Promise<void> {
  const exit = once(host, "exit");
  host.kill("SIGKILL");
  await exit;
}

/** Whether there are sockets, or private directories of them; the folder of them all stays. */
function isEmptyBelow(folder: string): boolean {
  try {
    return !readdirSync(folder, { recursive: true, encoding: "utf8" }).some((path) => path.includes("/"));
  } catch {
    // One of them went while this looked.
    return false;
  }
}

describe.skipIf(withoutRedis)("worker hosts that are killed", () => {
  test("leave every job done, or failed with its reason, and no process or socket behind", async () => {
    const sockets = useDirectory();
    const useHost = () => useWorkerHost(queue, "step.mjs", 3, sockets);
    const queue = new TestQueue(redis);
    let hosts = await Promise.all([useHost(), useHost()]);
    const ended = new Map<string, number>();
    const count = ({ jobId }: { jobId: string }): void => void ended.set(jobId, (ended.get(jobId) ?? 0) + 1);
    queue.events.on("completed", count);
    queue.events.on("failed", count);
    await queue.events.waitUntilReady();
    const jobs = await queue.queue.addBulk(
      Array.from({ length: 120 }, (_, n) => ({ name: "step", data: { n }, opts: { attempts: 1 } })),
    );
    for (const enough of [20, 60]) {
      await until(() => ended.size >= enough, 20_000);
      const [victim, other] = hosts as [ChildProcess, ChildProcess];
      await kill(victim);
      hosts = [other, await useHost()];
    }
    await until(() => ended.size === jobs.length, 25_000);
    const found = (await queue.queue.getJobs(["completed", "failed"])) as Job[];
    expect(found).toHaveLength(jobs.length);
    const pids = new Set<number>();
    for (const job of found) {
      const n = (job.data as { n: number }).n;
      if (n % 10 === 7) expect(job.failedReason).toMatch(/exited with code 7/);
      else expect(job.returnvalue).toBe(n);
      for (const line of (await queue.queue.getJobLogs(job.id ?? "")).logs) pids.add(Number(line.slice(4)));
    }
    expect(readdirSync(sockets, { recursive: true })).not.toEqual([]);
    await Promise.all(hosts.map(kill));
    await until(() => ![...pids].some(isAlive), 10_000);
    await until(() => isEmptyBelow(sockets), 10_000);
  }, 90_000);

  test("end processes that compute without end, too", async () => {
    const queue = new TestQueue(redis);
    const host = await useWorkerHost(queue, "ends.mjs", 1);
    const pids: number[] = [];
    queue.events.on("progress", ({ data }) => pids.push((data as unknown as { pid: number }).pid));
    const job = await queue.add({ end: "loop" });
    await until(() => pids.length > 0, 15_000);
    await kill(host);
    await until(() => !pids.some(isAlive), 10_000);
    expect(await job.getState()).toBe("active");
  });
});
