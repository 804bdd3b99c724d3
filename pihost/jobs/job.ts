import type { HostCalls } from "./host-calls.js";

/** A job as BullMQ's `asJSONSandbox` describes it, and what else the host knows of it. */
export interface JobFacts {
  readonly data?: string;
  readonly returnvalue?: string;
  readonly progress?: unknown;
  readonly token?: string;
  readonly [name: string]: unknown;
}

/**
 * A job as a sandboxed processor of BullMQ gets it: its methods are its own, so that `{ ...job }` has them too.
 * All are written down, since an object that gets thirty of them one by one takes fifty times as long to make.
 */
export function createJob(facts: JobFacts, calls: HostCalls): object {
  type Method = (...args: unknown[]) => Promise<unknown>;
  const method = (name: string): Method => {
    return (...args) => calls.call(name, args);
  };
  const job = {
    data: undefined as unknown,
    returnValue: undefined as unknown,
    progress: undefined as unknown,
    /** What it sets is seen at once, as it is on a job in the worker. */
    updateProgress(this: { progress: unknown } | undefined, progress: unknown): Promise<unknown> {
      (this ?? job).progress = progress;
      return calls.call("updateProgress", [asStored(progress)]);
    },
    updateData(this: { data: unknown } | undefined, data: unknown): Promise<unknown> {
      (this ?? job).data = data;
      return calls.call("updateData", [asStored(data)]);
    },
    // What each of these does is done where the job is.
    changeDelay: method("changeDelay"),
    changePriority: method("changePriority"),
    clearLogs: method("clearLogs"),
    discard: method("discard"),
    extendLock: method("extendLock"),
    getChildrenValues: method("getChildrenValues"),
    getDependencies: method("getDependencies"),
    getDependenciesCount: method("getDependenciesCount"),
    getFailedChildrenValues: method("getFailedChildrenValues"),
    getIgnoredChildrenFailures: method("getIgnoredChildrenFailures"),
    getState: method("getState"),
    isActive: method("isActive"),
    isCompleted: method("isCompleted"),
    isDelayed: method("isDelayed"),
    isFailed: method("isFailed"),
    isWaiting: method("isWaiting"),
    isWaitingChildren: method("isWaitingChildren"),
    log: method("log"),
    moveToCompleted: method("moveToCompleted"),
    moveToDelayed: method("moveToDelayed"),
    moveToFailed: method("moveToFailed"),
    moveToWait: method("moveToWait"),
    moveToWaitingChildren: method("moveToWaitingChildren"),
    promote: method("promote"),
    remove: method("remove"),
    removeChildDependency: method("removeChildDependency"),
    removeDeduplicationKey: method("removeDeduplicationKey"),
    removeUnprocessedChildren: method("removeUnprocessedChildren"),
    retry: method("retry"),
  };
  Object.assign(job, facts);
  job.data = parse(facts.data);
  job.returnValue = parse(facts.returnvalue);
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
