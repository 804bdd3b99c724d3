import type { IsolationError } from "../errors/index.js";

/** What a handle stands for: an export of a module, or something that the receiver has lent. */
export type CallTarget =
  | { readonly kind: "module"; readonly module: string; readonly method: string }
  | { readonly kind: "reference"; readonly reference: number; readonly method: string };

/** Who waits for a call: answered once, unless the call is cancelled. */
export interface CallSink extends Answer {
  /** Where the call was made, for the second half of a remote error's stack. */
  readonly callSite?: { readonly stack?: string } | undefined;
  /** What must not be collected while the call is under way. */
  readonly standIn?: object;
  /** Called once a call that was cancelled has ended, whatever came of it; not when the session is lost before. */
  ended?(): void;
  /** Called when the session is lost before the call was answered, by sinks that nobody else settles then. */
  lost?(error: unknown): void;
}

/** Who waits for one value, or for what is in its place. One of the two is called, once. */
export interface Answer {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What `run` returns for a call that is, or will be, answered by itself. */
export const ANSWERED_LATER = Symbol("answered later");

/** What the callee may know of its call. */
export interface IncomingCall {
  /** The caller's number for it. */
  readonly id: number;
  /** 1 the first time the call is handed to a process, one more each time it is replayed. */
  readonly attempt: number;
  /** When the caller gives up, in milliseconds since the epoch. */
  readonly deadline: number | undefined;
  readonly trace: Readonly<Record<string, string>>;
  /** Aborted when nobody waits for the call any more, or the process is to end. Made when first asked for. */
  readonly signal: AbortSignal;
}

/** A call of a session, which can be answered without a promise. */
export interface SessionCall extends IncomingCall, Answer {
  /** Calls back, once, when `signal` would abort; cheaper than the signal. */
  onAbandoned(callback: (reason: IsolationError) => void): void;
}

/** A function that calls run, `this` included. */
export type Callee = (...args: unknown[]) => unknown;

/** What a side does with the calls that it receives. */
export interface CallHandler {
  /** The function that an export path of a module stands for; throws, or rejects, when there is none. */
  resolve(module: string, method: string): Callee | Promise<Callee>;
  /**
   * Runs a call; what it returns or throws is the answer, unless that is `ANSWERED_LATER`. Where the side has bookkeeping, it
   * is here.
   *
   * @param callee the function, or the promise of it while its module is being loaded
   */
  run(callee: Callee | Promise<Callee>, args: readonly unknown[], call: SessionCall): unknown;
}
