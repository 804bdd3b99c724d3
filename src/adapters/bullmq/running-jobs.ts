import { randomUUID } from "node:crypto";
import { IsolationError } from "../../errors/index.js";
import { callJobMethod, type QueueJob } from "./queue-job.js";

/** Lent by a process: cancels the job of this number, if it has it or ever gets it. */
export type CancelIn = (id: number, reason: unknown) => Promise<void>;

/** A job that a process has, or is to get. */
export interface JobEntry {
  /** By this a process says whose method it calls. Only the one that has the job knows it. */
  readonly key: string;
  /** By this every process is told that a job is cancelled: which of them has it, the pool alone knows. */
  readonly id: number;
}

/** The jobs that run, and how processes and jobs reach each other. */
export class RunningJobs {
  readonly #jobs = new Map<string, QueueJob>();
  readonly #cancelled = new Map<number, unknown>();
  readonly #processes = new Map<number, CancelIn>();
  #last = 0;

  /** How many there are. */
  get size(): number {
    return this.#jobs.size;
  }

  begin(job: QueueJob): JobEntry {
    this.#last += 1;
    const entry = { key: randomUUID(), id: this.#last };
    this.#jobs.set(entry.key, job);
    return entry;
  }

  end({ key, id }: JobEntry): void {
    this.#jobs.delete(key);
    this.#cancelled.delete(id);
  }

  /** Calls a method of a job that runs, for the process that has it. */
  async ask(key: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const job = this.#jobs.get(key);
    if (job !== undefined) return callJobMethod(job, method, args);
    throw new IsolationError("STOPPED", `job.${method}() was called after the job had ended`);
  }

  /** Aborts the signal of a job, whether a process has it already or not. */
  cancel({ id }: JobEntry, reason: unknown): void {
    this.#cancelled.set(id, reason);
    for (const [pid, cancel] of this.#processes) this.#tell(pid, cancel, id, reason);
  }

  /** What a new process has to know. */
  cancelled(): [number, unknown][] {
    return [...this.#cancelled];
  }

  /** A process takes jobs now. What was cancelled since it was asked is said again. */
  opened(pid: number, cancel: CancelIn): void {
    this.#processes.set(pid, cancel);
    for (const [id, reason] of this.#cancelled) this.#tell(pid, cancel, id, reason);
  }

  closed(pid: number): void {
    this.#processes.delete(pid);
  }

  #tell(pid: number, cancel: CancelIn, id: number, reason: unknown): void {
    // One whose start failed after it was opened is never told to be closed.
    const forget = (): void => {
      if (this.#processes.get(pid) === cancel) this.closed(pid);
    };
    cancel(id, reason).catch((error: unknown) => {
      // A reason that cannot cross is better told by its text than not at all.
      if (IsolationError.is(error, "NOT_SERIALIZABLE")) cancel(id, String(reason)).catch(forget);
      else forget();
    });
  }
}
