import { fromRemoteError, toJsonValue, toRemoteError } from "../../codec/index.js";
import type { KernelEvent } from "../../contract/kernel.js";
import type { PastEvent } from "../event-history.js";
import type { IsolateEvent, KernelEvents } from "../events.js";
import { toTimestamp } from "./time-message.js";

/** The events of the kernel itself, as they are called beside those of isolates. */
type OwnEvent = Exclude<keyof KernelEvents, "isolate">;
const OWN = "kernel.";

/** Characters of what an error says and carries. */
const ERROR_LENGTH = 16 * 1024;

/** @param time when it happened, in milliseconds since 1970 */
export function isolateEventMessage(event: IsolateEvent, time = Date.now()): KernelEvent {
  return eventMessage(event.type, { ...event }, time);
}

/** @param time when it happened, in milliseconds since 1970 */
export function kernelEventMessage(name: OwnEvent, facts: object, time = Date.now()): KernelEvent {
  return eventMessage(OWN + name, { ...facts }, time);
}

export function pastEventMessage(past: PastEvent): KernelEvent {
  if (past.name === "isolate") return isolateEventMessage(past.event, past.time);
  return kernelEventMessage(past.name, past.event, past.time);
}

function eventMessage(type: string, facts: Record<string, unknown>, time: number): KernelEvent {
  const { type: _, isolate = "", generation = 0, pid = 0, error, ...rest } = facts;
  return {
    time: toTimestamp(time),
    type,
    isolate: isolate as string,
    generation: generation as number,
    pid: pid as number,
    error: error === undefined ? undefined : toRemoteError(error, { maxLength: ERROR_LENGTH }),
    facts: toJsonValue(rest, "facts") as KernelEvent["facts"],
  };
}

/** What an event is on the other side: its name among `KernelEvents`, and what listeners get. */
export function eventOfMessage(message: KernelEvent): { name: keyof KernelEvents; event: object } {
  const { type, isolate, generation, pid, error, facts } = message;
  const event = {
    ...(isolate === "" ? {} : { isolate }),
    ...(generation === 0 ? {} : { generation }),
    ...(pid === 0 ? {} : { pid }),
    ...facts,
    ...(error === undefined ? {} : { error: fromRemoteError(error) }),
  };
  if (type.startsWith(OWN)) return { name: type.slice(OWN.length) as OwnEvent, event };
  return { name: "isolate", event: { type, ...event } };
}
