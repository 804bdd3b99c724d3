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
const MORE_FACTS = ["delay", "priority", "processedBy", "token"] as const;

/** What the process gets of a job. */
export function jobFacts(job: QueueJob): object {
  const facts: Record<string, unknown> = { ...job.asJSONSandbox() };
  for (const name of MORE_FACTS) facts[name] = Reflect.get(job, name);
  facts.opts = withoutUndefined({ ...Object(facts.opts) });
  return withoutUndefined(facts);
}

/** So that JSON carries it: anything else takes longer. BullMQ itself sets options to undefined. */
function withoutUndefined(facts: Record<string, unknown>): object {
  for (const name of Object.keys(facts)) if (facts[name] === undefined) delete facts[name];
  return facts;
}
