import { IsolationError } from "../../errors/index.js";
import { asSpecialError, unrecoverable } from "./job-errors.js";
import type { JobPool } from "./job-pool.js";
import { JobTime } from "./job-time.js";
import type { ProcessorPolicy } from "./options.js";
import { jobFacts, type QueueJob } from "./queue-job.js";
import type { RunningJobs } from "./running-jobs.js";

/** What jobs are run with. */
export interface JobParts {
  readonly policy: ProcessorPolicy;
  readonly jobs: RunningJobs;
  readonly pool: JobPool;
}

/** Runs a job in one of the processes: gives what the processor returned; rejects with what the job fails with. */
export async function runJob(
  { policy, jobs, pool }: JobParts,
  job: QueueJob,
  token: string | undefined,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const entry = jobs.begin(job);
  const time = new JobTime(policy, { job, signal, cancel: (reason) => jobs.cancel(entry, reason) });
  try {
    return fromResult(await pool.run([jobFacts(job, token), entry.key, entry.id], time.killed), policy);
  } catch (error) {
    throw time.killed?.aborted ? time.killed.reason : asSpecialError(error);
  } finally {
    time.over();
    jobs.end(entry);
  }
}

/** What a process gives: JSON, nothing, or why it has no processor. */
function fromResult(result: unknown, { retryBrokenModule }: ProcessorPolicy): unknown {
  if (typeof result === "string") return JSON.parse(result);
  // As in BullMQ's own sandbox.
  if (result === undefined) return null;
  const { broken } = result as { broken: unknown };
  throw IsolationError.is(broken) && !retryBrokenModule ? unrecoverable(broken) : broken;
}
