import { IsolationError } from "../../errors/index.js";
import { timerDelay } from "../../platform/index.js";
import { onAbort } from "../../session/index.js";
import type { ProcessorPolicy } from "./options.js";
import type { QueueJob } from "./queue-job.js";

/** What the end of a job's time is brought about by. */
export interface JobTimeOptions {
  readonly job: QueueJob;
  /** Of the worker. */
  readonly signal: AbortSignal | undefined;
  /** Asks the job to end. */
  readonly cancel: (reason: unknown) => void;
}

/** When a job is asked to end, and when it is made to: by the worker's signal, and by its time. */
export class JobTime {
  readonly #policy: ProcessorPolicy;
  readonly #options: JobTimeOptions;
  readonly #kill: AbortController | undefined;
  readonly #forget: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAsked = false;
  /** Whether it is known when it is made to end. */
  #isBounded = false;

  constructor(policy: ProcessorPolicy, options: JobTimeOptions) {
    this.#policy = policy;
    this.#options = options;
    const { callTimeoutMs, cancelGraceMs } = policy;
    const { signal } = options;
    const isBounded = callTimeoutMs !== undefined || (cancelGraceMs !== undefined && signal !== undefined);
    this.#kill = isBounded ? new AbortController() : undefined;
    if (callTimeoutMs !== undefined) this.#timer = setTimeout(() => this.#timeIsUp(callTimeoutMs), callTimeoutMs);
    if (signal?.aborted) this.#onCancelled(signal.reason);
    else this.#forget = signal === undefined ? undefined : onAbort(signal, () => this.#onCancelled(signal.reason));
  }

  /** Aborts when the job's process is to be killed; its reason is what the job fails with. */
  get killed(): AbortSignal | undefined {
    return this.#kill?.signal;
  }

  /** The job has ended. */
  over(): void {
    clearTimeout(this.#timer);
    this.#forget?.();
  }

  /** The job, in messages. */
  get #label(): string {
    const { id, name } = this.#options.job;
    return `job ${id} (${name})`;
  }

  #onCancelled(reason: unknown): void {
    const { cancelGraceMs } = this.#policy;
    const why = reason === undefined ? "" : ` (${reason instanceof Error ? reason.message : String(reason)})`;
    const message = `${this.#label} was cancelled${why}; it did not end within ${cancelGraceMs} ms, and its process was killed`;
    this.#ask(reason, () => new IsolationError("CANCELLED", message), cancelGraceMs);
  }

  #timeIsUp(callTimeoutMs: number): void {
    const { cancelGraceMs, graceMs } = this.#policy;
    const error = new IsolationError("DEADLINE_EXCEEDED", `${this.#label} did not end within ${callTimeoutMs} ms`);
    this.#ask(error, () => error, cancelGraceMs ?? graceMs);
  }

  /** The first reason counts, and the first bound: a cancellation without one leaves the job its time. */
  #ask(reason: unknown, toError: () => IsolationError, graceMs: number | undefined): void {
    if (!this.#isAsked) this.#options.cancel(reason);
    this.#isAsked = true;
    if (graceMs === undefined || this.#isBounded) return;
    this.#isBounded = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#kill?.abort(toError()), timerDelay(graceMs));
  }
}
