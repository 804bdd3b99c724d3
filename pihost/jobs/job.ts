import type { HostCalls } from "./host-calls.js";

/** A job as BullMQ's `asJSONSandbox` describes it, and what else the host knows of it. */
export interface JobFacts {
  readonly data?: string;
  readonly returnvalue?: string;
  readonly progress?: unknown;
  readonly token?: string;
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

/** By this the methods reach the host. */
const CALLS = Symbol("calls");

/**
 * A job as a sandboxed processor of BullMQ gets it. Its methods are read from the prototype: to give an object thirty of its
 * own took a hundred times as long as all the rest.
 */
class Job {
  data: unknown;
  returnValue: unknown;
  progress: unknown;

  constructor(facts: JobFacts, calls: HostCalls) {
    Object.assign(this, facts);
    this.data = parse(facts.data);
    this.returnValue = parse(facts.returnvalue);
    Object.defineProperty(this, CALLS, { value: calls });
  }

  /** What it sets is seen at once, as it is on a job in the worker. */
  get updateProgress(): (progress: unknown) => Promise<unknown> {
    return (progress) => {
      this.progress = progress;
      return callsOf(this).call("updateProgress", [asStored(progress)]);
    };
  }

  get updateData(): (data: unknown) => Promise<unknown> {
    return (data) => {
      this.data = data;
      return callsOf(this).call("updateData", [asStored(data)]);
    };
  }
}

function callsOf(job: Job): HostCalls {
  return (job as unknown as { readonly [CALLS]: HostCalls })[CALLS];
}

/** Each is bound when it is read, so that `const { log } = job` works; and may be replaced, as it could on a plain object. */
for (const method of METHODS) {
  Object.defineProperty(Job.prototype, method, {
    configurable: true,
    get(this: Job) {
      return (...args: unknown[]) => callsOf(this).call(method, args);
    },
    set(this: Job, value: unknown) {
      Object.defineProperty(this, method, { value, configurable: true, enumerable: true, writable: true });
    },
  });
}

/** A job with the methods that it has in the worker itself. */
export function createJob(facts: JobFacts, calls: HostCalls): object {
  return new Job(facts, calls);
}

function parse(text: string | undefined): unknown {
  return JSON.parse(text || "{}");
}

/** What the queue makes of a value: methods, which cannot cross, are not kept anyway. */
function asStored(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return JSON.parse(JSON.stringify(value));
}
