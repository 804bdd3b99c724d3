import type { KernelEvent } from "../../contract/kernel.js";
import { fromTimestamp } from "../service/index.js";
import type { Death, EventFacts } from "./messages.js";

/** Characters of an event's text, and of the stderr of a process that has ended. */
const TEXT_CHARACTERS = 2_048;
const TAIL_CHARACTERS = 8_192;

type Facts = Readonly<Record<string, unknown>>;

/** An event as the page shows it. */
export function eventFacts({ time, type, isolate, generation, pid, error, facts = {} }: KernelEvent): EventFacts {
  const death = type === "exited" ? deathOf(facts) : undefined;
  const text = (death?.description ?? error?.message ?? describe(type, facts)).slice(0, TEXT_CHARACTERS);
  const event = { time: fromTimestamp(time), type, isolate, generation, pid, text };
  return death === undefined ? event : { ...event, death };
}

function deathOf({ outcome, willRestart }: Facts): Death {
  const { description, reason, uptimeMs, stderrTail } = (outcome ?? {}) as Facts;
  return {
    description: textOf(description).slice(0, TEXT_CHARACTERS),
    reason: textOf(reason),
    uptimeMs: typeof uptimeMs === "number" ? uptimeMs : 0,
    willRestart: willRestart === true,
    stderrTail: textOf(stderrTail).slice(-TAIL_CHARACTERS),
  };
}

function describe(type: string, facts: Facts): string {
  const { delayMs, restarts, reason, module, group, isolate, withinMs, url, limit, diagnosis, predecessor } = facts;
  switch (type) {
    case "restarting":
      return `restart ${restarts}, ${delayMs === 0 ? "at once" : `in ${delayMs} ms`}`;
    case "restarted":
      return `after ${restarts} ${restarts === 1 ? "restart" : "restarts"}`;
    case "recycled":
      return `took over from pid ${predecessor}`;
    case "replaced":
      return `by ${textOf(module)}`;
    case "unresponsive":
      return `does not answer: ${textOf(diagnosis)}`;
    case "limit":
      return `reached ${textOf(limit)}`;
    case "debugger":
      return textOf(url);
    case "kernel.escalated":
      return `group ${textOf(group)}: ${restarts} restarts within ${withinMs} ms, the last of ${textOf(isolate)}`;
    default:
      return textOf(reason);
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
