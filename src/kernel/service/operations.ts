import type { Capabilities, HostStatusMessage } from "../../contract/index.js";
import type { CallsMeasured } from "../../isolator/index.js";
import type { EventHistory } from "../event-history.js";
import type { KernelEventSource } from "../events.js";
import type { Logs } from "../logs/index.js";
import type { ResolvedManifest } from "../manifest/index.js";
import type { Tokens } from "../routing/index.js";
import type { IsolateSummary } from "../summary.js";

/** What `KernelService` does, as a kernel does it. Each may throw an IsolationError. */
export interface KernelOperations {
  readonly manifest: ResolvedManifest;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Aborted when the kernel has stopped but for its front door. */
  readonly over: AbortSignal;
  readonly events: KernelEventSource;
  readonly logs: Logs;
  readonly history: EventHistory;
  readonly tokens: Tokens;
  list(): IsolateSummary[];
  /** What the process of an isolate says of itself; undefined while there is none that takes calls. */
  status(isolate: string): Promise<HostStatusMessage> | undefined;
  /** What the present process of an isolate can do; undefined while there is none that takes calls. */
  capabilities(isolate: string): Promise<Capabilities> | undefined;
  /** The calls that go through the kernel; undefined while there is no isolator that takes any. */
  calls(isolate: string): CallsMeasured | undefined;
  start(isolate: string): Promise<void>;
  stop(isolate: string, reason: string): Promise<void>;
  restart(isolate: string): Promise<void>;
  replace(isolate: string, module: string): Promise<void>;
  invoke(isolate: string, method: string, args: readonly unknown[], options: InvokeOptions): Promise<unknown>;
  /** Begins to end the kernel. */
  shutdown(reason: string, graceMs: number | undefined): void;
}

export interface InvokeOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
  readonly idempotent: boolean;
}
