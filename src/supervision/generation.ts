import type { Capabilities, Feature } from "../contract/index.js";
import type { Diagnostics, LimitBreach } from "../limits/index.js";
import type { ExitOutcome, HostProcess, Inspection, OutputLine, ProcessSpec, StartProcess } from "../process/index.js";
import type { Recorder } from "../recording/index.js";
import type { Confinement } from "../sandbox/index.js";
import type { Budget, Hold, ProcessSession } from "../session/index.js";
import type { EndRecord } from "./end-record.js";
import type { Serve } from "./host-functions.js";

/** An option that a process keeps only if it has the feature. */
export interface FeatureNeed {
  readonly option: string;
  readonly feature: Feature;
}

/** What is the same for all generations of one isolator. */
export interface GenerationSpec {
  /** The isolate's name. */
  readonly isolate: string;
  /** Unique among the isolators of this host process. */
  readonly isolatorId: number;
  readonly process: Omit<ProcessSpec, "onLine" | "onLimit" | "confined">;
  /** Whether a Node.js with the pihost of this package is started, anything else that speaks the handshake, or nothing. */
  readonly runtime: "node" | "command" | "in-process";
  /** The folder of this package's pihost. */
  readonly pihostFolder: string;
  /** What another runtime reads to start: a folder or file, which a sandbox shows; empty for nothing. */
  readonly runtimeFolder: string;
  /** What the options ask of the process. */
  readonly needs: readonly FeatureNeed[];
  /** What keeps the process from the rest of the machine. */
  readonly confinement: Confinement;
  /** What a process that dies of its heap leaves; undefined for nothing. */
  readonly diagnostics?: Diagnostics | undefined;
  /** Where module names are resolved: a folder, or a file URL. */
  readonly from: string;
  /** Whether a debugger may attach to a process that is started now. */
  readonly inspection: () => Inspection;
  /** The modules whose `start()` and `stop()` the process calls itself; true for all. */
  readonly lifecycle: true | readonly string[];
  /** Which way to the process the Session takes; the socket where the process has no Session on its descriptor. */
  readonly lane: "descriptor" | "socket";
  /** Keeps what is said; undefined for nothing. */
  readonly recorder?: Recorder | undefined;
  readonly startTimeoutMs: number;
  readonly startProcess: StartProcess;
  readonly onLine: (generation: number, pid: number, stream: "stdout" | "stderr", line: OutputLine) => void;
  readonly onLimit: (generation: number, pid: number, breach: LimitBreach) => void;
  readonly onDebugger: (generation: number, pid: number, url: string, inspection: Inspection) => void;
  /** A process stores a value with the host; what is thrown is its answer. */
  readonly onData: (generation: Generation, name: unknown, value: unknown) => Promise<void>;
  /** What processes may call beside that. */
  readonly serve?: Serve | undefined;
  /** The process keeps up again with what it is sent. */
  readonly onDrain: () => void;
  /** Called when a process is about to take calls as the generation of its number; what it throws fails the start. */
  readonly publish: (generation: Generation) => void;
  /** Keeps the host alive while somebody waits for something of the process. */
  readonly hold: Hold;
  /** Bytes of one result that the process may send. */
  readonly maxPayloadBytes: number;
  /** What the process may cost the host by what it sends. */
  readonly budget: Budget;
}

/** One process from its handshake to its end, and the session with it. */
export interface Generation {
  /** 0 while it is a spare. */
  readonly number: number;
  readonly pid: number;
  readonly address: string;
  readonly token: string;
  readonly startedAt: number;
  readonly process: HostProcess;
  readonly session: ProcessSession;
  /** What it said that it can do. */
  readonly capabilities: Capabilities;
  /** Whether a debugger may stop it, as long as somebody looks at it. */
  readonly inspection: Inspection;
  /** Resolves when the process has ended and its output was read. Never rejects. */
  readonly outcome: Promise<ExitOutcome>;
  /** Resolves when its descendants and its folders are gone too. Never rejects. */
  readonly gone: Promise<void>;
  /** Set when the process itself said that somebody asked it to shut down. */
  readonly shutdownAccepted: boolean;
  /** Makes a spare the generation of this number: it says so itself from now on. */
  adopt(number: number): void;
  /** Whether it was started before it was wanted. */
  readonly wasSpare: boolean;
  /** Lets others find it, as the generation of its number. @throws what keeps it from being found */
  publish(): void;
  /** Why it ends. */
  readonly end: EndRecord;
  /** Whether it runs no code any more, even if nobody has heard of its end yet. */
  readonly isOver: boolean;
}

/** Which process of an isolator it is. */
export interface GenerationIdentity {
  /** Unique among all processes of the isolator, spares and failed starts included. */
  readonly serial: number;
  /** The generation's number, or 0 for a spare. */
  readonly number: number;
}
