import type { LineFacts } from "../../src/kernel/dashboard/messages.js";

/** From the least to the most pressing. */
export const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type Level = (typeof LEVELS)[number];

/** A line, as far as it says more of itself than its text. */
export interface ReadLine {
  readonly level: Level | undefined;
  /** Of a line of JSON with a message: that, and what else it has. */
  readonly message: string;
  readonly fields: string;
}

/** What pino and bunyan write. */
const NUMBERS: { readonly [level: number]: Level } = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};
const NAMES: { readonly [name: string]: Level } = {
  trace: "trace",
  debug: "debug",
  info: "info",
  notice: "info",
  log: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  err: "error",
  fatal: "fatal",
  critical: "fatal",
  panic: "fatal",
};

/** A level as a word, near the beginning. */
const WORD = /^.{0,48}?\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|PANIC)\b/;
const STACK = /^\s*(?:(?:Uncaught )?\w*(?:Error|Exception):|Traceback \(most recent call last\))/;

/** What each says is shown in the message, or by a column of its own. */
const KNOWN: ReadonlySet<string> = new Set([
  "level",
  "severity",
  "time",
  "timestamp",
  "msg",
  "message",
  "pid",
  "hostname",
  "v",
]);

const read = new WeakMap<LineFacts, ReadLine>();

/** Reads a line once. */
export function readLine(line: LineFacts): ReadLine {
  const known = read.get(line) ?? readText(line.text);
  read.set(line, known);
  return known;
}

function readText(text: string): ReadLine {
  const plain = { level: undefined, message: text, fields: "" };
  if (text.startsWith("{") && text.endsWith("}")) return readJson(text) ?? plain;
  const [, word = ""] = WORD.exec(text) ?? [];
  return { ...plain, level: NAMES[word.toLowerCase()] ?? (STACK.test(text) ? "error" : undefined) };
}

function readJson(text: string): ReadLine | undefined {
  try {
    const value = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const { level = value.severity, msg = value.message } = value;
    const fields = Object.entries(value).filter(([name]) => !KNOWN.has(name));
    return {
      level:
        typeof level === "number" ? NUMBERS[level] : typeof level === "string" ? NAMES[level.toLowerCase()] : undefined,
      message: typeof msg === "string" ? msg : text,
      fields: typeof msg === "string" ? fields.map(([name, one]) => `${name}=${JSON.stringify(one)}`).join(" ") : "",
    };
  } catch {
    return undefined;
  }
}
