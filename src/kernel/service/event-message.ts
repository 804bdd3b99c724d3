import { fromRemoteError, toJsonValue, toRemoteError } from "../../codec/index.js";
import type { KernelEvent } from "../../contract/kernel.js";
import type { IsolateEvent, KernelEvents } from "../events.js";
import { toTimestamp } from "./time-message.js";

/** The events of the kernel itself, as they are called beside those of isolates. */
type OwnEvent = Exclude<keyof KernelEvents, "isolate">;
const OWN = "kernel.";

/** Characters of what an error says and carries. */
const ERROR_LENGTH = 16 * 1024;

export function isolateEventMessage(event: IsolateEvent): KernelEvent {
  return eventMessage(event.type, { ...event });
}

export function kernelEventMessage(name: OwnEvent, facts: object): KernelEvent {
  return eventMessage(OWN + name, { ...facts });
}

function eventMessage(type: string, facts: Record<string, unknown>): KernelEvent {
  const { type: _, isolate = "", generation = 0, pid = 0, error, ...rest } = facts;
  return {
    time: toTimestamp(Date.now()),
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
