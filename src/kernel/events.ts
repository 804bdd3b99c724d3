import type { EventEmitter } from "node:events";
import type { IsolationError } from "../errors/index.js";
import type { IsolatorEvents } from "../isolator/index.js";
import type { Takeover } from "./life/takeover.js";

/** An event of one isolate: `type` is the isolator's name for it, the rest what that event has. */
export type IsolateEvent =
  | { [Type in keyof IsolatorEvents]: { readonly type: Type } & IsolatorEvents[Type][0] }[keyof IsolatorEvents]
  | ReplacedEvent
  | StoppedEvent;

/** Another version of an isolate has taken over. */
export interface ReplacedEvent extends Takeover {
  readonly type: "replaced";
  readonly isolate: string;
}

/** An isolate is down, and stays so until somebody starts it. */
export interface StoppedEvent {
  readonly type: "stopped";
  readonly isolate: string;
  /** `operator` stopped it; it was `given-up` after it ended, by its restart type or because it is not essential; `failed` to start. */
  readonly reason: "operator" | "given-up" | "failed";
  readonly error?: IsolationError;
}

/** The events of a kernel. No event is called `error`, so none can end the host by being ignored. */
export interface KernelEvents {
  /** Every event of every isolate, with its name in `isolate`. */
  isolate: [IsolateEvent];
  /** A group of the supervision tree was exhausted: a failure in its parent. */
  escalated: [{ group: string; restarts: number; withinMs: number; isolate: string }];
  /** The root is exhausted: the kernel ends. */
  exhausted: [{ isolate: string; restarts: number; withinMs: number }];
  /** The kernel has begun to stop. */
  stopping: [{ reason: string }];
  /** Nothing of the kernel is left. */
  stopped: [{ reason: string }];
}

/** What users can do with the events: listen. Only the kernel emits. */
export type KernelEventSource = Pick<
  EventEmitter<KernelEvents>,
  "on" | "once" | "off" | "addListener" | "removeListener" | "removeAllListeners" | "listenerCount"
>;
