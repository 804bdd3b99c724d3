import { HostState, type HostStatusMessage } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";

const NUMBERS = [
  "pid",
  "generation",
  "callsInFlight",
  "callsDone",
  "callsFailed",
  "rssBytes",
  "heapUsedBytes",
  "heapLimitBytes",
  "cpuSeconds",
  "eventLoopLagMs",
] as const;

const TEXTS = ["isolate", "runtimeVersion", "packageVersion"] as const;

/** Characters of a text: what a process says of itself may be of any length. */
const TEXT_LENGTH = 200;

/**
 * The status that a process has sent of itself, with 0 and "" for what it does not say, and nothing beside.
 *
 * @throws IsolationError PROTOCOL naming the first field that is not what it must be
 */
export function checkStatus(answer: unknown): HostStatusMessage {
  if (typeof answer !== "object" || answer === null) throw wrong("", "an object", answer);
  const given = answer as Readonly<Record<string, unknown>>;
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, numberOf(name, given[name])]));
  const texts = Object.fromEntries(TEXTS.map((name) => [name, textOf(name, given[name])]));
  return {
    ...(numbers as Pick<HostStatusMessage, (typeof NUMBERS)[number]>),
    ...(texts as Pick<HostStatusMessage, (typeof TEXTS)[number]>),
    state: given.state === HostState.DRAINING ? HostState.DRAINING : HostState.READY,
    uptime: durationOf(given.uptime),
  };
}

function numberOf(name: string, value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw wrong(name, "a finite number from 0", value);
}

function textOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value.slice(0, TEXT_LENGTH);
  throw wrong(name, "a string", value);
}

function durationOf(value: unknown): HostStatusMessage["uptime"] {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object") throw wrong("uptime", "{ seconds, nanos }", value);
  const { seconds, nanos } = value as { readonly seconds?: unknown; readonly nanos?: unknown };
  return { seconds: numberOf("uptime.seconds", seconds), nanos: numberOf("uptime.nanos", nanos) };
}

function wrong(field: string, bound: string, received: unknown): IsolationError {
  const shown =
    typeof received === "object" && received !== null ? "an object" : JSON.stringify(received)?.slice(0, 100);
  return new IsolationError(
    "PROTOCOL",
    `the status of the process${field && `: ${field}`} must be ${bound}; received ${shown}`,
  );
}
