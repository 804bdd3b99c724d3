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

/** The function that is lent to the process with a job: calls a method of the job. */
export function jobMethods(job: QueueJob): (method: string, args: readonly unknown[]) => unknown {
  return (method, args) => {
    if (!METHODS.has(method)) throw new TypeError(`job.${method} is nothing that a process may call`);
    const found: unknown = Reflect.get(job, method);
    if (typeof found !== "function") throw new TypeError(`job.${method} is not a function in this version of BullMQ`);
    return Reflect.apply(found, job, args);
  };
}

/** Fields that a job in the worker has, and `asJSONSandbox` leaves out. */
const MORE_FACTS = ["delay", "priority", "processedBy", "token"] as const;

/** What the process gets of a job. */
export function jobFacts(job: QueueJob): Record<string, unknown> {
  const facts: Record<string, unknown> = { ...job.asJSONSandbox() };
  for (const name of MORE_FACTS) {
    const value: unknown = Reflect.get(job, name);
    if (value !== undefined) facts[name] = value;
  }
  return facts;
}
