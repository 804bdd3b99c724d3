import type { IsolationErrorCode } from "./codes.js";

/** Survives two copies of the package in one process, where `instanceof` does not. */
const BRAND = Symbol.for("process-isolation.IsolationError");

/** Why an isolated process ended. */
export type ExitReason =
  | "requested"
  | "terminated"
  | "exit"
  | "signal"
  | "heap-out-of-memory"
  | "memory-limit"
  | "cpu-limit"
  | "pids-limit"
  | "open-files-limit"
  | "unresponsive"
  | "protocol"
  | "start-failed"
  | "host-exit";

/** What was known when the error was made. Only the facts that apply are present. */
export interface IsolationFacts {
  /** The isolate's name. */
  isolate?: string;
  /** 1 for the isolator's first process, one more at each restart. */
  generation?: number;
  /** The process id of that generation. */
  pid?: number;
  /** The code it exited with; absent when a signal ended it. */
  exitCode?: number;
  /** The signal that ended it; absent when it exited by itself. */
  signal?: NodeJS.Signals;
  /** Why it ended. */
  reason?: ExitReason;
  /** The limit that ended it, as in the option `limits`. */
  limit?: string;
  /** That limit's bound: bytes, seconds or a count. */
  bound?: number;
  /** What was used when it was ended, in the same unit, where that is known. */
  observed?: number;
  /** What Node.js wrote about its end, as the option `diagnostics` asks for: absolute paths. */
  diagnosticFiles?: readonly string[];
  /** The last of what it wrote to stderr. */
  stderrTail?: string;
  /** How long it had run, in milliseconds. */
  uptimeMs?: number;
  /** Restarts of this isolator so far. */
  restarts?: number;
  /** How many times this call was handed to a process; 0 where that has refused it, because it is about to end. */
  attempts?: number;
}

export interface IsolationErrorOptions {
  cause?: unknown;
  facts?: IsolationFacts;
}

/**
 * What the framework itself has to say. Errors thrown by the user's code arrive as themselves, never as this class.
 *
 * Tell it by `IsolationError.is(error)` and then by `error.code`; `instanceof` holds too, unless two copies of the
 * package are loaded.
 */
export class IsolationError extends Error {
  /** One of `ERROR_CODES`. A process of a later version may send another one, which stays what it is. */
  readonly code: IsolationErrorCode;
  readonly facts: Readonly<IsolationFacts>;

  constructor(code: IsolationErrorCode, message: string, { cause, facts = {} }: IsolationErrorOptions = {}) {
    super(`${code}: ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.facts = Object.freeze({ ...facts });
  }

  /** Whether `error` is an `IsolationError` of this or another copy of the package, and of `code` where one is given. */
  static is(error: unknown, code?: IsolationErrorCode): error is IsolationError {
    if (typeof error !== "object" || error === null || !(BRAND in error)) return false;
    return code === undefined || (error as { code?: unknown }).code === code;
  }
}

Object.defineProperty(IsolationError.prototype, "name", {
  value: "IsolationError",
  configurable: true,
  writable: true,
});
Object.defineProperty(IsolationError.prototype, BRAND, { value: true });
