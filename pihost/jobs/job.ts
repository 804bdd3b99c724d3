import type { HostCalls } from "./host-calls.js";

/** A job as BullMQ's `asJSONSandbox` describes it, and what else the host knows of it. */
export interface JobFacts {
  readonly data?: string;
  readonly returnvalue?: string;
  readonly progress?: unknown;
  readonly [name: string]: unknown;
}

/** Methods of BullMQ's jobs that need nothing but values; what each does is done where the job is. */
const METHODS = [
  "changeDelay",
  "changePriority",
  "clearLogs",
  "discard",
  "extendLock",
  "getChildrenValues",
  "getDependencies",
  "getDependenciesCount",
  "getFailedChildrenValues",
  "getIgnoredChildrenFailures",
  "getState",
  "isActive",
  "isCompleted",
  "isDelayed",
  "isFailed",
  "isWaiting",
  "isWaitingChildren",
  "log",
  "moveToCompleted",
  "moveToDelayed",
  "moveToFailed",
  "moveToWait",
  "moveToWaitingChildren",
  "promote",
  "remove",
  "removeChildDependency",
  "removeDeduplicationKey",
  "removeUnprocessedChildren",
  "retry",
] as const;

/** A job as a sandboxed processor of BullMQ gets it, with the methods that a job has in the worker itself. */
export function createJob(facts: JobFacts, calls: HostCalls): object {
  const job: Record<string, unknown> = {
    ...facts,
    data: parse(facts.data),
    returnValue: parse(facts.returnvalue),
  };
  for (const method of METHODS) job[method] = (...args: unknown[]) => calls.call(method, args);
  // What they set is seen at once, as it is on a job in the worker.
  job.updateProgress = (progress: unknown) => {
    job.progress = progress;
    return calls.call("updateProgress", [asStored(progress)]);
  };
  job.updateData = (data: unknown) => {
    job.data = data;
    return calls.call("updateData", [asStored(data)]);
  };
  job.toJSON = () => Object.fromEntries(Object.entries(job).filter(([, value]) => typeof value !== "function"));
  return job;
}

function parse(text: string | undefined): unknown {
  return JSON.parse(text || "{}");
}

/** What the queue makes of a value: methods, which cannot cross, are not kept anyway. */
function asStored(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return JSON.parse(JSON.stringify(value));
}
