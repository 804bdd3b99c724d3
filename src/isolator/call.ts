import { IsolationError } from "../errors/index.js";
import type { CallExtras, CallSink, CallTarget, Session } from "../session/index.js";
import type { ResolvedCallOptions } from "./options/index.js";

/** One call from the moment it is made until it settles, which it does exactly once. */
export class Call implements CallSink {
  readonly idempotent: boolean;
  /** Where the call was made. */
  readonly callSite: { stack?: string } = {};
  readonly result: Promise<unknown>;
  /** How many times it was handed to a process. */
  attempts = 0;
  readonly #target: CallTarget;
  readonly #args: readonly unknown[];
  readonly #trace: Readonly<Record<string, string>> | undefined;
  readonly #deadline: number | undefined;
  #session: Session | undefined;
  #id = 0;
  #settled = false;
  #resolve!: (value: unknown) => void;
  #reject!: (reason: unknown) => void;
  #onSettled: (call: Call) => void;
  #timer: NodeJS.Timeout | undefined;
  #signal: AbortSignal | undefined;

  /** @param calledFrom the function whose caller made the call: frames from it on are ours and not shown */
  constructor(
    target: CallTarget,
    args: readonly unknown[],
    options: ResolvedCallOptions,
    onSettled: (call: Call) => void,
    calledFrom: (...args: never[]) => unknown,
  ) {
    this.#target = target;
    this.#args = args;
    this.#trace = options.trace;
    this.idempotent = options.idempotent;
    this.#onSettled = onSettled;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    Error.captureStackTrace(this.callSite, calledFrom);
    this.#deadline = options.timeoutMs === undefined ? undefined : performance.now() + options.timeoutMs;
    if (options.timeoutMs !== undefined) this.#expireAfter(options.timeoutMs);
    if (options.signal !== undefined) this.#cancelBy(options.signal);
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Sends the call to a process. @throws IsolationError NOT_SERIALIZABLE naming the path */
  hand(session: Session): void {
    this.#session = session;
    this.#id = session.call(this.#target, this.#args, this, this.#extras());
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

  #extras(): CallExtras | undefined {
    if (this.attempts === 1 && this.#trace === undefined && this.#deadline === undefined) return undefined;
    const remaining = this.#deadline === undefined ? 0 : Math.max(1, Math.round(this.#deadline - performance.now()));
    return { attempt: this.attempts, trace: this.#trace ?? {}, timeoutMs: remaining };
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
    this.fail(error);
    this.#session?.cancel(this.#id);
  }

  #name(): string {
    return this.#target.kind === "module" ? `${this.#target.method} of ${this.#target.module}` : "the call";
  }
}
