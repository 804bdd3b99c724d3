import { IsolationError } from "../../errors/index.js";
import { asSpecialError, unrecoverable } from "./job-errors.js";
import { JobTime } from "./job-time.js";
import { type IsolatedProcessorOptions, resolveProcessor } from "./options.js";
import { Processes } from "./processes.js";
import { jobFacts, type QueueJob } from "./queue-job.js";
import { RunningJobs } from "./running-jobs.js";

export interface ProcessorStatus {
  readonly running: number;
}

/** What a Worker of BullMQ calls with each job. */
export interface IsolatedProcessor<Result = unknown> extends AsyncDisposable {
  (job: QueueJob, token?: string, signal?: AbortSignal): Promise<Result>;
  /**
   * Ends the processes: jobs that run may finish within `graceMs`, new ones fail with STOPPED. For after `worker.close()`;
   * resolves when they are gone. Idempotent.
   */
  close(options?: { graceMs?: number }): Promise<void>;
  status(): ProcessorStatus;
}

export function isolatedProcessor<Result = unknown>(
  module: string | URL,
  options: IsolatedProcessorOptions = {},
): IsolatedProcessor<Result> {
  const policy = resolveProcessor(module, options);
  const jobs = new RunningJobs();
  const processes = new Processes(policy, jobs);
  let closing: Promise<void> | undefined;
  async function run(job: QueueJob, token?: string, signal?: AbortSignal): Promise<unknown> {
    const entry = jobs.begin(job);
    const time = new JobTime(policy, {
      label: `job ${job.id} (${job.name})`,
      signal,
      cancel: (reason) => jobs.cancel(entry, reason),
    });
    try {
      const { module, method = null } = policy;
      const args = [module, method, jobFacts(job), entry.key, entry.id, token ?? null];
      const result = await processes.run(args, time.killed);
      if (typeof result === "string") return JSON.parse(result);
      if (result === undefined) return null;
      const { broken } = result as { broken: unknown };
      throw IsolationError.is(broken) && !policy.retryBrokenModule ? unrecoverable(broken) : broken;
    } catch (error) {
      throw time.killed?.aborted ? time.killed.reason : asSpecialError(error);
    } finally {
      time.over();
      jobs.end(entry);
    }
  }
  // BullMQ looks at the number of parameters: with three, the job can be cancelled.
  async function processor(job: QueueJob, token?: string, signal?: AbortSignal): Promise<Result> {
    if (closing !== undefined) throw new IsolationError("STOPPED", "the processor is closed");
    return run(job, token, signal) as Promise<Result>;
  }
  const close = (options?: { graceMs?: number }) => (closing ??= processes.shutdown(options?.graceMs));
  return Object.assign(processor, {
    close,
    status: () => ({ running: jobs.size }),
    [Symbol.asyncDispose]: () => close(),
  });
}
