import { IsolationError } from "../errors/index.js";
import type { ResolvedCallOptions } from "./options/index.js";

/** What a call asks for. */
export interface CallTarget {
  readonly module: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** One call from the moment it is made until it settles, which it does exactly once. */
export class Call {
  readonly target: CallTarget;
  readonly idempotent: boolean;
  /** Where the call was made. */
  readonly callSite: { stack?: string } = {};
  readonly result: Promise<unknown>;
  /** How many times it was handed to a process. */
  attempts = 0;
  /** Tells the process that nobody waits any more; set while the call runs. */
  cancelRemote: (() => void) | undefined;
  #settled = false;
  #resolve!: (value: unknown) => void;
  #reject!: (reason: unknown) => void;
  #onSettled: (call: Call) => void;
  #timer: NodeJS.Timeout | undefined;
  #signal: AbortSignal | undefined;

  /** @param calledFrom the function whose caller made the call: frames from it on are ours and not shown */
  constructor(
    target: CallTarget,
    options: ResolvedCallOptions,
    onSettled: (call: Call) => void,
    calledFrom: (...args: never[]) => unknown,
  ) {
    this.target = target;
    this.idempotent = options.idempotent;
    this.#onSettled = onSettled;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    Error.captureStackTrace(this.callSite, calledFrom);
    if (options.timeoutMs !== undefined) this.#expireAfter(options.timeoutMs);
    if (options.signal !== undefined) this.#cancelBy(options.signal);
  }

  get settled(): boolean {
    return this.#settled;
  }

  resolve(value: unknown): void {
    if (this.#settle()) this.#resolve(value);
  }

  reject(reason: unknown): void {
    if (this.#settle()) this.#reject(reason);
  }

  /** Rejects with an error of the framework, whose stack is then the place where the call was made. */
  fail(error: IsolationError): void {
    const frames = this.callSite.stack?.split("\n").slice(1) ?? [];
    error.stack = [`${error.name}: ${error.message}`, ...frames].join("\n");
    this.reject(error);
  }

  /** The first settling wins; timers and listeners go with it. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#onSettled(this);
    return true;
  }

  #expireAfter(timeoutMs: number): void {
    this.#timer = setTimeout(() => {
      const message = `${this.#name()} did not settle within timeoutMs (${timeoutMs} ms)`;
      this.#giveUp(new IsolationError("DEADLINE_EXCEEDED", message, { facts: { attempts: this.attempts } }));
    }, timeoutMs);
  }

  #cancelBy(signal: AbortSignal): void {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort);
    // The owner has to know the call before it can settle.
    if (signal.aborted) queueMicrotask(this.#onAbort);
  }

  #onAbort = (): void => {
    const message = `${this.#name()} was cancelled by the caller's signal`;
    const { reason } = this.#signal ?? {};
    this.#giveUp(new IsolationError("CANCELLED", message, { cause: reason, facts: { attempts: this.attempts } }));
  };

  #giveUp(error: IsolationError): void {
    const cancelRemote = this.cancelRemote;
    this.fail(error);
    cancelRemote?.();
  }

  #name(): string {
    return `${this.target.method} of ${this.target.module}`;
  }
}
