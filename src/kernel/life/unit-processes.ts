import type { HostStatusMessage } from "../../contract/index.js";
import type { IsolationError } from "../../errors/index.js";
import type {
  CallsMeasured,
  CallTaker,
  IsolateData,
  IsolateTelemetry,
  IsolatorEventSource,
  IsolatorState,
  ModuleCalls,
  ProcessIsolator,
  RecycleFacts,
  ShutdownOptions,
} from "../../isolator/index.js";
import type { ExitOutcome } from "../../process/index.js";
import type { Generation } from "../../supervision/index.js";
import type { UpstreamInstance } from "../routing/index.js";

/** A process of an isolate that takes requests. */
export interface RequestPlace {
  readonly live: Generation;
  /** Resolves, once it is gone, with why. Never rejects. */
  story(): Promise<IsolationError>;
  /** Where it is one of several. */
  readonly instance: UpstreamInstance | undefined;
}

/** One process of an isolate, as it is listed. */
export interface Instance {
  readonly pid: number;
  /** Tells it from the others of its isolate: 1 for the first process, one more for each that was started later. */
  readonly generation: number;
  /** `leaving` takes no more calls. */
  readonly state: "starting" | "ready" | "leaving";
  /** Calls that run in it. */
  readonly inFlight: number;
  /** Resident memory in bytes; 0 where the system does not tell. */
  readonly rssBytes: number;
  /** Processor time used, user and system, in seconds; 0 where the system does not tell. */
  readonly cpuSeconds: number;
  /** Calls that the kernel has handed to it and that have ended there. */
  readonly callsEnded: number;
}

/** What is behind a unit: one process that is restarted, or a pool of them. */
export interface UnitProcesses {
  readonly state: IsolatorState;
  readonly events: IsolatorEventSource;
  readonly telemetry: IsolateTelemetry;
  /** Of the present process; of several, the oldest. */
  readonly pid: number;
  readonly generation: number;
  /** The isolator, where it is one process. */
  readonly isolator: ProcessIsolator | undefined;
  /** Makes calls of the host. */
  readonly calls: ModuleCalls;
  /** Takes calls of other isolates. */
  readonly taker: CallTaker;
  /** What `setData` has stored. */
  readonly data: IsolateData;
  instances(): Instance[];
  /** The process that a request goes to, once there is one. @throws IsolationError when there will be none */
  place(): Promise<RequestPlace>;
  /** Resolves when it takes calls, or will not. Never rejects. */
  settled(): Promise<void>;
  /** What waits, and how long calls take: see `CallTable.measure`. */
  measureCalls(): CallsMeasured;
  /** What a process says of itself. */
  status(): Promise<HostStatusMessage>;
  /** Ends what runs in order, which is judged as halted; calls wait meanwhile. */
  halt(reason: string): Promise<void>;
  /** As `IsolateCore.awaitHalt`. */
  awaitHalt(): void;
  /** As `IsolateCore.resume`. */
  resume(): void;
  refuseWaitingOf(callers: ReadonlySet<string>, toError: () => IsolationError): void;
  /** Resolves when no call waits or runs, and nobody reads what one came to. */
  idle(): Promise<void>;
  recycle(): Promise<RecycleFacts | undefined>;
  shutdown(options: ShutdownOptions): Promise<ExitOutcome | undefined>;
  /** Calls back when it has ended for good. */
  onStopped(stopped: () => void): void;
}
