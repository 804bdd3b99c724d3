/**
 * What the dashboard's server and its page say to each other. The page's code imports these types, and of the rest of `src/` only
 * how a line is read.
 */
import type { LogLineLevel } from "../logs/level.js";

/** The states of an isolate, as `IsolateSummary` has them. */
export type IsolateState = "waiting" | "starting" | "ready" | "restarting" | "stopping" | "stopped" | "failed";

/** What an isolate was granted. */
export interface GrantFacts {
  /** An isolate, a part of the host such as `host.log`, or a gRPC service. */
  readonly target: string;
  readonly exports: "*" | readonly string[];
  readonly lazy: boolean;
  readonly handOn: boolean;
}

/** A node of the graph. */
export interface GraphNode {
  readonly name: string;
  /** Those whose start it waits for. */
  readonly dependencies: readonly string[];
  readonly uses: readonly GrantFacts[];
}

/** An isolate, and how its process is. What is not known is null. */
export interface Reading {
  readonly name: string;
  readonly state: IsolateState;
  readonly module: string;
  readonly version: number;
  readonly pid: number;
  readonly generation: number;
  readonly services: readonly string[];
  readonly essential: boolean;
  readonly uptimeMs: number | null;
  readonly rssBytes: number | null;
  readonly heapUsedBytes: number | null;
  readonly heapLimitBytes: number | null;
  /** Of one processor, since the reading before. */
  readonly cpuPercent: number | null;
  readonly eventLoopLagMs: number | null;
  readonly callsInFlight: number | null;
  readonly callsDone: number | null;
  readonly callsFailed: number | null;
  /** Calls that ended in the process, per second, since the reading before. */
  readonly callsPerSecond: number | null;
  /** Calls that wait for the process. */
  readonly waiting: number | null;
  /** Of calls through the kernel that were settled in the last ten seconds, in milliseconds. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly runtimeVersion: string;
}

/** What the sparklines are drawn of. */
export type Point = Pick<Reading, "rssBytes" | "cpuPercent" | "callsPerSecond">;

/** How a process ended. */
export interface Death {
  /** As a sentence. */
  readonly description: string;
  readonly reason: string;
  readonly uptimeMs: number;
  readonly willRestart: boolean;
  /** The last of what it wrote to stderr. */
  readonly stderrTail: string;
}

/** Something has happened. */
export interface EventFacts {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** As `IsolateEvent.type`; those of the kernel begin with `kernel.`. */
  readonly type: string;
  /** Empty where it is of none. */
  readonly isolate: string;
  readonly generation: number;
  readonly pid: number;
  /** What else is to be said, in one line. */
  readonly text: string;
  readonly death?: Death;
}

/** A line that an isolate wrote. */
export interface LineFacts {
  readonly isolate: string;
  readonly time: number;
  readonly generation: number;
  readonly pid: number;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** A part of a line, or the end of the output without a line break. */
  readonly partial?: boolean;
  /** Characters that were left out at its end. */
  readonly cut?: number;
  /** Of a line that was cut: what all of it says. */
  readonly level?: LogLineLevel;
}

/** The first message. */
export interface Hello {
  readonly kind: "hello";
  readonly kernel: string;
  readonly pid: number;
  readonly file: string;
  readonly startedAt: number;
  readonly version: string;
  /** The server's clock. */
  readonly now: number;
  readonly graph: readonly GraphNode[];
  readonly readings: readonly Reading[];
  /** What was read before, oldest first, by isolate. */
  readonly history: Readonly<Record<string, readonly Point[]>>;
  /** Milliseconds between two readings. */
  readonly everyMs: number;
}

/** What is new since the message before, at most ten times a second. */
export interface Update {
  readonly kind: "update";
  /** All isolates, where there is a new reading. */
  readonly readings?: readonly Reading[];
  /** Whether the readings are a new point of each sparkline, or only newer states. */
  readonly isPoint?: boolean;
  readonly events?: readonly EventFacts[];
  readonly lines?: readonly LineFacts[];
  /** Lines that were too many, by isolate. */
  readonly dropped?: Readonly<Record<string, number>>;
}

/** Nothing follows. */
export interface Ended {
  readonly kind: "ended";
  readonly reason: string;
}

export type ServerMessage = Hello | Update | Ended;

/** What may be done to an isolate. */
export type Action = "start" | "stop" | "restart" | "replace";

/** What an action came to. */
export type ActionResult = {
  readonly isolate: { readonly name: string; readonly pid: number; readonly version: number };
};

/** Why a request was refused. */
export interface Refusal {
  readonly error: string;
}
