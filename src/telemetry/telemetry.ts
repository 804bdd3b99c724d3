import type { ExitReason } from "../errors/index.js";

/**
 * What hears of calls and processes: `openTelemetry()` of `process-isolation/opentelemetry`, `prometheus()` of
 * `process-isolation/prometheus`, or one of your own. Every part is optional. What it throws is reported once as a warning of
 * the process, and changes nothing else. Without one, nothing is done for it.
 */
export interface Telemetry {
  /**
   * A call was made, by the code that runs at this moment; what it returns hears of the rest, if it returns anything.
   *
   * @param facts the same object for every call of one export by the same caller, so that what is made of it can be kept with it
   * @param trace what the call was given as its trace context, by its option `trace` or by the isolate that makes it
   */
  call?(facts: CallFacts, trace: TraceContext | undefined): CallSpan | undefined;
  /** A process is being started; what it returns hears how that went. */
  start?(facts: StartFacts): StartSpan | undefined;
  /** A process that took calls has ended. */
  death?(facts: DeathFacts): void;
  /** An isolate is there, and can be looked at until the function that this returns is called. */
  watch?(isolate: IsolateGauges): (() => void) | undefined;
}

/** What crosses as the option `trace`: `traceparent`, `tracestate`, `baggage`, and whatever else there is. */
export type TraceContext = Readonly<Record<string, string>>;

/** Who makes a call: the host itself, another isolate of its kernel, a pool for the host, or a job of a queue. */
export type CallKind = "host" | "isolate" | "pool" | "job";

/** Which isolate something is about. */
export interface IsolateIdentity {
  /** The isolate's name. */
  readonly isolate: string;
  /** The name of the kernel that it belongs to, if it does. */
  readonly kernel: string | undefined;
}

/** What is called. */
export interface CallFacts extends IsolateIdentity {
  /** As it is loaded: a file URL or the name of a package. */
  readonly module: string;
  /** The export path. It may be one that does not exist: whoever calls chooses it. */
  readonly method: string;
  readonly kind: CallKind;
  /** The isolate that makes the call, for the kind `isolate`. */
  readonly caller: string | undefined;
}

/** One call, from the moment when it is made to the one when it settles. */
export interface CallSpan {
  /** What crosses to the callee: this over what the call was given. Read each time the call is handed to a process. */
  readonly trace?: TraceContext | undefined;
  /** It waits: there is no process yet, or no room in it. Again when it was handed over and has to run elsewhere. */
  queued?(): void;
  /** It is handed to a process. More than once when it is replayed. */
  began?(facts: HandedFacts): void;
  /** Its promise has settled. Called once, and last. A stream that it came to may be read from then on. */
  end(outcome: CallOutcome): void;
}

export interface HandedFacts {
  /** Of the process. 0 where that is not known. */
  readonly generation: number;
  readonly pid: number;
  /** 1 the first time, one more for each replay. */
  readonly attempt: number;
}

/** How a call settled. Of those that failed, an IsolationError is the framework's and everything else the module's own. */
export type CallOutcome = { readonly failed: false } | { readonly failed: true; readonly error: unknown };

/**
 * Why a process is started: as the isolate's first one; in the place of one that died; to take over from one that works; because
 * a pool needs one more.
 */
export type StartReason = "first" | "restart" | "recycle" | "scale";

export interface StartFacts extends IsolateIdentity {
  readonly generation: number;
  readonly reason: StartReason;
}

export interface StartSpan {
  /** Called once: the process takes calls, or could not be started. */
  end(outcome: StartOutcome): void;
}

export type StartOutcome =
  | { readonly failed: false; readonly pid: number }
  | { readonly failed: true; readonly error: unknown };

export interface DeathFacts extends IsolateIdentity {
  readonly generation: number;
  readonly pid: number;
  /** `requested` and `terminated` are ends that somebody asked for. */
  readonly reason: ExitReason;
  /** The outcome as a sentence. */
  readonly description: string;
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** How long it ran, in milliseconds. */
  readonly uptimeMs: number;
  /** Whether another process follows. */
  readonly willRestart: boolean;
}

/** What can be read of an isolate at any time, at the cost of microseconds. */
export interface IsolateGauges extends IsolateIdentity {
  read(): IsolateReading;
}

export interface IsolateReading {
  /** Whether a process takes calls. */
  readonly up: boolean;
  /** Of the present process; of the next one while there is none. */
  readonly generation: number;
  /** Of the present process, the last one's while there is none; 0 before the first. */
  readonly pid: number;
  /** Calls that wait. */
  readonly queued: number;
  /** Calls that run. */
  readonly inFlight: number;
  /** How often it was restarted after a death. */
  readonly restarts: number;
  /** Since the present process was started, in milliseconds; undefined while there is none. */
  readonly uptimeMs: number | undefined;
  /** Memory of the process without its children, in bytes, as the system counts it. Undefined while there is none, and outside Linux. */
  readonly rssBytes: number | undefined;
  /** Processor time of all processes of the isolate so far, user and system, in seconds. Only what Linux tells. */
  readonly cpuSeconds: number;
}
