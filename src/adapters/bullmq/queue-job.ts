/** What this package reads of a job of BullMQ: any `Job` is one. */
export interface QueueJob {
  readonly id?: string | undefined;
  readonly name: string;
  /** What BullMQ gives to its own sandbox. */
  asJSONSandbox(): object;
}

/** Methods of a job that a process may call, with values alone. None reaches another job, or the queue. */
const METHODS: ReadonlySet<string> = new Set([
  ...["updateProgress", "updateData", "log", "clearLogs", "extendLock", "discard", "changeDelay", "changePriority"],
  ...["getState", "isActive", "isCompleted", "isDelayed", "isFailed", "isWaiting", "isWaitingChildren"],
  ...["getChildrenValues", "getDependencies", "getDependenciesCount"],
  ...["getIgnoredChildrenFailures", "getFailedChildrenValues"],
  ...["moveToWait", "moveToDelayed", "moveToWaitingChildren", "moveToCompleted", "moveToFailed"],
  ...["promote", "remove", "retry", "removeChildDependency", "removeDeduplicationKey", "removeUnprocessedChildren"],
]);

/** Calls a method of a job for the process that runs it. @throws TypeError when there is none of that name */
export function callJobMethod(job: QueueJob, method: string, args: readonly unknown[]): unknown {
  if (!METHODS.has(method)) throw new TypeError(`job.${method} is nothing that a process may call`);
  const found: unknown = Reflect.get(job, method);
  if (typeof found !== "function") throw new TypeError(`job.${method} is not a function in this version of BullMQ`);
  return Reflect.apply(found, job, args);
}

/** Fields that a job in the worker has, and `asJSONSandbox` leaves out. */
const MORE_FACTS = ["delay", "priority", "processedBy"] as const;

/**
 * What the process gets of a job, as JSON: one text crosses sooner than an object with as many fields, of which BullMQ sets some to
 * undefined.
 */
export function jobFacts(job: QueueJob, token: string | undefined): string {
  const facts: Record<string, unknown> = job.asJSONSandbox() as Record<string, unknown>;
  for (const name of MORE_FACTS) facts[name] = Reflect.get(job, name);
  facts.token = token;
  return JSON.stringify(facts);
}
