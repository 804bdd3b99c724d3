import type { ExitReason, IsolationError } from "../errors/index.js";
import { type LimitVerdict, saysFull } from "../limits/index.js";
import type { ProcessExit } from "./host-process.js";

/** A limit that ended a process. */
export interface ExceededLimit {
  /** As in the option `limits`: `memory`, `cpuSeconds`. */
  readonly name: string;
  /** Bytes, seconds or a count. */
  readonly bound: number;
  /** What was used, in the same unit, where that is known. */
  readonly observed: number | undefined;
}

/** How an isolated process ended, and why. */
export type ExitOutcome = (
  | {
      readonly kind: "exited";
      /** The exit code. */
      readonly code: number;
    }
  | {
      readonly kind: "signalled";
      /** The signal that ended it. */
      readonly signal: NodeJS.Signals;
    }
) & {
  readonly reason: ExitReason;
  /** Whether it had to be killed because asking was not enough. */
  readonly forced: boolean;
  /** The last of what it wrote to stderr, at most 8 KiB. */
  readonly stderrTail: string;
  /** How long it ran, in milliseconds. */
  readonly uptimeMs: number;
  /** The limit that ended it, if one did. */
  readonly limit?: ExceededLimit;
  /** What Node.js wrote about its end, as the option `diagnostics` asks for: absolute paths. Absent where it wrote nothing. */
  readonly diagnosticFiles?: readonly string[];
  /** The outcome as a sentence: "killed by SIGSEGV (invalid memory access)". */
  readonly description: string;
};

/** What is known beside the operating system's report. */
export interface ExitContext {
  /** Why it was made to end, where somebody did; else the report and stderr decide. */
  readonly reason: ExitReason | undefined;
  /** Whether its host has ended it, though it never was ready. */
  readonly isStartGivenUp?: boolean;
  /** What broke the contract, for the reason `protocol`. */
  readonly cause?: IsolationError | undefined;
  readonly verdict: LimitVerdict | undefined;
  /** Whether it was seen to fill its heap, beside what it said. */
  readonly heapIsFull: boolean;
  readonly forced: boolean;
  readonly stderrTail: string;
  readonly uptimeMs: number;
  readonly diagnosticFiles?: readonly string[];
}

/** Only where nobody has said why, and nobody has asked for an end since. */
const UNKNOWN_KILLER = "killed at once, by hand or by the system, as when memory runs out";

const SIGNAL_MEANINGS: { [signal in NodeJS.Signals]?: string } = {
  SIGABRT: "the process aborted itself, as after a fatal error in V8 or a failed native assertion",
  SIGBUS: "bad memory access",
  SIGFPE: "arithmetic error in native code",
  SIGHUP: "its terminal or session ended",
  SIGILL: "illegal machine instruction",
  SIGINT: "interrupted",
  SIGKILL: UNKNOWN_KILLER,
  SIGPIPE: "wrote to a closed pipe",
  SIGQUIT: "quit from the keyboard",
  SIGSEGV: "invalid memory access",
  SIGSYS: "forbidden system call",
  SIGTERM: "asked to end",
  SIGTRAP: "a trap, as V8 raises on an internal error",
  SIGXCPU: "processor time limit",
};

/** Why the host itself killed a process. */
const KILLED_BY_HOST: { [reason in ExitReason]?: string } = {
  requested: "its host asked it to end, and then made it",
  terminated: "its host terminated it",
  unresponsive: "its host replaced it, because it did not answer",
  "pids-limit": "its host ended it, because it reached limits.pids",
};

/** Joins what the operating system reported with what is known about why. */
export function toExitOutcome(exit: ProcessExit, context: ExitContext): ExitOutcome {
  const { forced, stderrTail, uptimeMs, verdict, heapIsFull, diagnosticFiles = [] } = context;
  const reason = context.reason ?? verdict?.reason ?? reasonOf(exit, heapIsFull);
  const limit = verdict && { name: verdict.limit, bound: verdict.bound, observed: verdict.observed };
  // Any code can say so and abort.
  const claim = reason === "signal" && saysFull(exit, stderrTail) ? ", and it says that its heap was full" : "";
  const description = describe(exit, reason, context) + claim;
  const facts = {
    ...{ reason, forced, stderrTail, uptimeMs },
    ...(limit === undefined ? {} : { limit }),
    ...(diagnosticFiles.length === 0 ? {} : { diagnosticFiles }),
  };
  return exit.signal === null
    ? { kind: "exited", code: exit.code ?? 0, ...facts, description }
    : { kind: "signalled", signal: exit.signal, ...facts, description };
}

/**
 * The outcome of an isolator that somebody ended while no process ran: the last one's, and who ended it.
 *
 * @param outcome how the last process ended, which had its own reason
 */
export function endedBetweenProcesses(outcome: ExitOutcome, reason: "requested" | "terminated"): ExitOutcome {
  const how = reason === "requested" ? "shut down" : "terminated";
  const last = toVerb(outcome).replace(` (${UNKNOWN_KILLER})`, "");
  const description = `${how} while it was restarting; the last process ${last}`;
  return { ...outcome, reason, forced: false, description };
}

/** The outcome after a noun: "was killed by SIGKILL (…)", "exited with code 3". */
export function toVerb({ description }: ExitOutcome): string {
  return /^(killed|ended|shut|terminated)/.test(description) ? `was ${description}` : description;
}

function reasonOf(exit: ProcessExit, heapIsFull: boolean): ExitReason {
  if (heapIsFull) return "heap-out-of-memory";
  return exit.signal === null ? "exit" : "signal";
}

function describe({ code, signal }: ProcessExit, reason: ExitReason, context: ExitContext): string {
  if (reason === "protocol") return `ended because it broke the protocol: ${context.cause?.message}`;
  if (reason === "memory-limit") return "killed because it reached limits.memory";
  if (reason === "cpu-limit") return "killed because it reached limits.cpuSeconds";
  if (reason === "heap-out-of-memory") return `ran out of JavaScript heap memory (${signal ?? `exit code ${code}`})`;
  if (signal === null) return `exited with code ${code}`;
  const byHost = context.isStartGivenUp ? "its host gave up its start" : KILLED_BY_HOST[reason];
  const meaning = (signal === "SIGKILL" ? byHost : undefined) ?? SIGNAL_MEANINGS[signal];
  return meaning === undefined ? `killed by ${signal}` : `killed by ${signal} (${meaning})`;
}
