import { IsolationError } from "../../errors/index.js";
import type { IsolatePool } from "../../pool/index.js";
import { JobPool } from "./job-pool.js";
import { type IsolatedProcessorOptions, resolveProcessor } from "./options.js";
import type { QueueJob } from "./queue-job.js";
import { runJob } from "./run-job.js";
import { RunningJobs } from "./running-jobs.js";
import { WorkerWatch } from "./worker-watch.js";

/** The processes behind a processor. */
export type ProcessorPool = Pick<IsolatePool<unknown>, "name" | "events" | "status">;

export interface CloseOptions {
  /** Milliseconds that jobs which run get to finish. Default: the processor's `graceMs`. */
  graceMs?: number;
}

/** Runs the jobs of BullMQ's Workers in isolated processes: `new Worker(queue, processor, { connection })`. */
export interface IsolatedProcessor<Result = unknown> extends AsyncDisposable {
  /** What a Worker calls. Resolves with what the module's processor returned; rejects with what the job fails with. */
  (job: QueueJob, token?: string, signal?: AbortSignal): Promise<Result>;
  /**
   * Starts processes ahead of the first job, and gives their pool.
   *
   * @throws IsolationError START_FAILED, START_TIMEOUT, PROTOCOL; STOPPED after `close`
   */
  ready(): Promise<ProcessorPool>;
  /**
   * Ends the processes; resolves when they are gone. Jobs that run may finish within `graceMs`, later ones fail with STOPPED: so
   * close the Workers first. Idempotent. Processes end with the last Worker that is closed in any case, and start
   * again with the first job of another.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * A processor for a Worker of BullMQ that runs each job in an isolated process. The module is one for BullMQ's own sandbox,
 * unchanged: `export default async (job, token, signal) => result`.
 *
 * Nothing is started before the first job.
 *
 * @param module an absolute path, a file URL, a path that starts with `./` or `../`, or a package name
 * @throws IsolationError INVALID_OPTION; MODULE_NOT_FOUND when it is named by a path, and there is no such file
 */
export function isolatedProcessor<Result = unknown>(
  module: string | URL,
  options: IsolatedProcessorOptions = {},
): IsolatedProcessor<Result> {
  const policy = resolveProcessor(module, options);
  const jobs = new RunningJobs();
  const pool = new JobPool(policy, jobs);
  const workers = new WorkerWatch(() => void pool.close(undefined));
  const parts = { policy, jobs, pool };
  let closing: Promise<void> | undefined;

  // BullMQ counts the parameters: where there are three, the job can be cancelled.
  async function processor(this: unknown, job: QueueJob, token?: string, signal?: AbortSignal): Promise<Result> {
    if (closing !== undefined) throw isClosed(policy.module);
    workers.saw(this);
    return runJob(parts, job, token, signal) as Promise<Result>;
  }

  function close({ graceMs }: CloseOptions = {}): Promise<void> {
    closing ??= pool.close(graceMs);
    return closing;
  }

  return Object.assign(processor, {
    ready: async () => {
      if (closing !== undefined) throw isClosed(policy.module);
      return pool.open();
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  });
}

function isClosed(module: string): IsolationError {
  return new IsolationError("STOPPED", `the processor of ${module} is closed`);
}
