import type { IsolationError } from "../errors/index.js";
import type { SessionCall } from "./call-target.js";
import type { Scope } from "./scope.js";

/** What a call has beyond its columns. */
export interface IncomingDetails {
  readonly attempt: number;
  readonly trace: Readonly<Record<string, string>>;
}

const NO_TRACE: Readonly<Record<string, string>> = Object.freeze({});

/** Who sends what a call comes to. */
export interface CallAnswerer {
  succeed(call: RunningCall, value: unknown): void;
  fail(call: RunningCall, error: unknown): void;
}

/** A call of the other side while it runs. */
export class RunningCall implements SessionCall {
  readonly id: number;
  readonly attempt: number;
  readonly deadline: number | undefined;
  readonly trace: Readonly<Record<string, string>>;
  /** Of what is lent in its arguments. */
  readonly scope: Scope | undefined;
  answerer: CallAnswerer | undefined = undefined;
  /** Nobody waits for the answer any more, only for the end. */
  isCancelled = false;
  /** Bytes that are held for it, as estimated. */
  cost = 0;
  /** Set while an answer waits for its large parts: gives it up. */
  dropAnswer: (() => void) | undefined = undefined;
  // Not `#private`: one is made for every call.
  private controller: AbortController | undefined = undefined;
  private aborted: IsolationError | undefined = undefined;
  private abandoned: ((reason: IsolationError) => void) | undefined = undefined;

  constructor(id: number, details?: IncomingDetails, deadline?: number, scope?: Scope) {
    this.id = id;
    this.attempt = details?.attempt || 1;
    this.deadline = deadline;
    this.trace = details?.trace ?? NO_TRACE;
    this.scope = scope;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.aborted !== undefined) this.controller.abort(this.aborted);
    }
    return this.controller.signal;
  }

  resolve(value: unknown): void {
    this.answerer?.succeed(this, value);
  }

  reject(error: unknown): void {
    this.answerer?.fail(this, error);
  }

  onAbandoned(callback: (reason: IsolationError) => void): void {
    this.abandoned = callback;
  }

  abort(error: IsolationError): void {
    if (this.aborted === undefined) this.abandoned?.(error);
    this.aborted ??= error;
    this.controller?.abort(error);
  }
}
