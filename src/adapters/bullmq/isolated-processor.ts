import { IsolationError } from "../../errors/index.js";
import { runJob } from "./job-run.js";
import { type IsolatedProcessorOptions, resolveProcessor } from "./options.js";
import { Processes } from "./processes.js";
import type { QueueJob } from "./queue-job.js";
import { WorkerWatch } from "./worker-watch.js";

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
  const resolved = resolveProcessor(module, options);
  const processes = new Processes(resolved);
  void WorkerWatch;
  let closing: Promise<void> | undefined;
  // BullMQ looks at the number of parameters: with three, the job can be cancelled.
  async function processor(job: QueueJob, token?: string, signal?: AbortSignal): Promise<Result> {
    if (closing !== undefined) throw new IsolationError("STOPPED", "the processor is closed");
    return runJob(resolved, processes, job, token, signal) as Promise<Result>;
  }
  const close = (options?: { graceMs?: number }) => (closing ??= processes.shutdown(options?.graceMs));
  return Object.assign(processor, {
    close,
    status: () => ({ running: 0 }),
    [Symbol.asyncDispose]: () => close(),
  });
}
