import type { Duplex, Writable } from "node:stream";
import type { LimitBreach, LimitPlan, LimitVerdict } from "../limits/index.js";
import type { ConfinedStart } from "../sandbox/index.js";

/** How the operating system says that a process ended: a code or a signal, never both. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What happens to a child's stdout or stderr. */
export type OutputMode = "events" | "inherit" | "ignore";

/** The same, and where it goes instead: to a stream, in whole lines, which is not ended. */
export type OutputTarget = OutputMode | Writable;

/** One line that the child wrote. */
export interface OutputLine {
  /** The line without its line break. */
  readonly line: string;
  /** Set when the line was longer than 64 KiB and this is a part of it, or when the child died before it ended the line. */
  readonly partial: boolean;
}

/** Everything that is needed to start a child. Complete: nothing is read from elsewhere. */
export interface ProcessSpec {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  /** The script and its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdout: OutputTarget;
  readonly stderr: OutputTarget;
  /** What it may use; absent for anything. */
  readonly limits: LimitPlan | undefined;
  /** Bytes per second of stdout and stderr that are kept as events; absent for all. */
  readonly outputBytesPerSecond: number | undefined;
  /** Called for every limit that is reached, whether the process outlives it or not. */
  readonly onLimit: (breach: LimitBreach) => void;
  /** Called for every line in mode `"events"`. */
  readonly onLine: (stream: "stdout" | "stderr", line: OutputLine) => void;
  /** Whether somebody listens to the lines of a stream just now; absent for always. Lines that nobody hears cost little. */
  readonly hasListener?: (stream: "stdout" | "stderr") => boolean;
  /** What keeps it from the rest of the machine. `execArgv` holds its flags already. */
  readonly confined: Pick<ConfinedStart, "wrap" | "identity" | "sandboxed"> & Partial<Pick<ConfinedStart, "confiners">>;
  /** The descriptors that it inherits beside, from 5 on. Default: nothing. */
  readonly inherits?: readonly number[];
}

/** The private line-by-line conversation on the inherited descriptor. Its end ends the process. */
export interface Lifeline {
  /** Sends one line, line break included. */
  send(line: string): void;
  /** Called for every line received, from the first one on. One listener, set once. */
  onLine(listener: (line: string) => void): void;
  /**
   * Called once, with what came, when the process has said more than a conversation can have. Nothing is read after
   * that. One listener, set once.
   */
  onBreach(listener: (what: string) => void): void;
  /** Ends the conversation, of which nothing is kept: a process that is not ended yet takes the host for dead. */
  close(): void;
}

/** A started process. The way it is started is behind this interface: by `startNodeProcess`, or not at all, by `startInProcess`. */
export interface HostProcess {
  readonly pid: number;
  /**
   * The process that runs the code, as the host sees it: in a sandbox it is a descendant of `pid`. Undefined once it is
   * gone.
   */
  readonly innerPid: number | undefined;
  /** When the process was started, by `performance.now()`. */
  readonly startedAt: number;
  readonly lifeline: Lifeline;
  /** Our end of the stream socket for a Session that the process inherited. */
  readonly sessionSocket: Duplex;
  /** Resolves once the process ended and its output was read to the end. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Resolves as soon as the operating system reports the end, before the output is read to the end. Never rejects. */
  readonly ended: Promise<ProcessExit>;
  /** Resolves when everything that the process started is gone too, as far as it can be found. Never rejects. */
  readonly gone: Promise<void>;
  /** The start is over: limits begin that would have made it several times as long. */
  markReady(): void;
  /** The limit that ended it, if one did; known once it has exited. */
  limitVerdict(exit: ProcessExit): LimitVerdict | undefined;
  /** Whether it died of a full JavaScript heap, as far as can be told from outside; known once it has exited. */
  heapIsFull(exit: ProcessExit): boolean;
  /** The last 8 KiB written to stderr. */
  stderrTail(): string;
  /** Sends a signal to this process alone. False when it is gone. */
  signal(signal: NodeJS.Signals): boolean;
  /** Kills the process and everything it started; resolves with whether all of them are gone. */
  killTree(signal: NodeJS.Signals): Promise<boolean>;
}

/** Starts a process; rejects when the operating system refuses. */
export type StartProcess = (spec: ProcessSpec) => Promise<HostProcess>;
