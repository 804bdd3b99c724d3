import { printable, styled } from "../terminal.js";

/** What is told of an event in one line, beside its type, isolate and process. */
export interface EventText {
  readonly type: string;
  readonly isolate: string;
  readonly generation: number;
  readonly pid: number;
  readonly error: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;
}

const BAD = new Set([
  "startFailed",
  "exited",
  "restartsExhausted",
  "unresponsive",
  "kernel.exhausted",
  "kernel.escalated",
]);
const GOOD = new Set(["started", "restarted", "recycled", "replaced"]);

/** `parser restarted pid=4711 generation=2 restarts=1` */
export function eventLine(
  { type, isolate, generation, pid, error, facts }: EventText,
  stream: NodeJS.WriteStream,
): string {
  const colour = BAD.has(type) ? "red" : GOOD.has(type) ? "green" : "yellow";
  const pairs = [
    ...(pid === 0 ? [] : [`pid=${pid}`]),
    ...(generation === 0 ? [] : [`generation=${generation}`]),
    ...Object.entries(facts).flatMap(([name, value]) => factText(name, value)),
    ...(error === undefined ? [] : [error]),
  ];
  const who = isolate === "" ? [] : [styled(stream, "bold", printable(isolate))];
  return [...who, styled(stream, colour, type), ...pairs.map(printable)].join(" ");
}

function factText(name: string, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  // How a process ended, as a sentence.
  if (name === "outcome") return [String((value as { description?: unknown }).description ?? "")];
  if (name === "predecessor" && typeof value === "object") return [`predecessor=${(value as { pid?: unknown }).pid}`];
  return [`${name}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`];
}
