import type { LineFacts } from "../../src/kernel/dashboard/messages.js";
import { contentOf, type LogContent } from "../../src/kernel/logs/log-content.js";

/** A line, as far as it says more of itself than its text: as `kernel.logs()` reads it. */
export interface ReadLine extends Pick<LogContent, "level" | "message"> {
  /** What else a line of JSON has, as text. */
  readonly fields: string;
}

/** What columns of the page say, from where the line came from. */
const SHOWN: ReadonlySet<string> = new Set(["time", "timestamp", "pid", "hostname", "v"]);

const read = new WeakMap<LineFacts, ReadLine>();

/** Reads a line once. */
export function readLine(line: LineFacts): ReadLine {
  const known = read.get(line) ?? readAnew(line);
  read.set(line, known);
  return known;
}

function readAnew({ text, cut, partial = false, level: levelOfAll }: LineFacts): ReadLine {
  const { level = levelOfAll, message, fields = {} } = contentOf({ text, partial: partial || cut !== undefined });
  // The whole text has them all.
  const others = message === text ? [] : Object.entries(fields).filter(([name]) => !SHOWN.has(name));
  return {
    ...(level === undefined ? {} : { level }),
    message,
    fields: others.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(" "),
  };
}
