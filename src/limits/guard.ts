import type { LimitName } from "./enforcement.js";

/** A limit that was reached. */
export interface LimitBreach {
  readonly limit: LimitName;
  readonly bound: number;
  /** What was used, in the unit of the bound: bytes, seconds or a count. Undefined where only the fact is known. */
  readonly observed: number | undefined;
  /** True when the process goes on: a soft limit was passed, or the kernel refused more. */
  readonly soft: boolean;
}

/** Why a limit ended a process. */
export type LimitReason = "memory-limit" | "cpu-limit" | "heap-out-of-memory" | "pids-limit" | "open-files-limit";

/** The limit that ended a process. */
export interface LimitVerdict extends Omit<LimitBreach, "soft"> {
  readonly reason: LimitReason;
}

/** How the operating system says that a process ended: a code or a signal, never both. */
export interface LimitedExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a guard may do about the process that it guards. */
export interface GuardedProcess {
  readonly pid: number;
  /** The process that runs the code: in a sandbox a descendant. Undefined once it is gone. */
  readonly innerPid: () => number | undefined;
  /** Reports a limit that was reached and that the process outlives. */
  report(breach: Omit<LimitBreach, "soft">): void;
  /** Ends the whole tree because of a limit. The first verdict counts. */
  end(verdict: LimitVerdict): void;
}

/** What holds or watches one or some limits of one process. */
export interface Guard {
  /** The process runs. */
  started?(process: GuardedProcess): void;
  /** The process has finished its start. */
  ready?(): void;
  /** The process wrote to stderr. */
  heard?(chunk: Buffer): void;
  /** The process ended: takes the last readings, and lets go of timers and of its pid. */
  ended?(): void;
  /** Whether one of its limits ended the process; asked after `ended`. Evidence, never the exit alone. */
  verdict?(exit: LimitedExit, stderrTail: string): LimitVerdict | undefined;
  /** Removes what it made. */
  close?(): Promise<void>;
}
