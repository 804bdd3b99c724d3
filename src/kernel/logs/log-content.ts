import { type LogLineLevel, levelOfPrefix, levelOfValue } from "./level.js";

/** A value of JSON. */
export type LogValue = string | number | boolean | null | readonly LogValue[] | { readonly [name: string]: LogValue };

/** What a line says, beside where it comes from. */
export interface LogContent {
  /** Where the line has one: as a field of JSON, or as its first word. */
  readonly level?: LogLineLevel;
  /** The message in a line of JSON; else the line. */
  readonly message: string;
  /** What else a line of JSON has. */
  readonly fields?: Readonly<Record<string, LogValue>>;
}

/** Characters of a line that is read as JSON: a longer one is a text. */
const JSON_LENGTH = 16 * 1024;

/** Of what a line of JSON has: levels of nesting, and values in all. What goes beyond is left out. */
const DEPTH = 8;
const VALUES = 500;

/** The names by which loggers call the two, the most common ones first. */
const LEVEL_NAMES = ["level", "severity", "log.level", "lvl"];
const MESSAGE_NAMES = ["msg", "message"];

/** What a line says: for whoever wants to know, since it costs as much as to parse it. */
export function contentOf({ text, partial }: { readonly text: string; readonly partial: boolean }): LogContent {
  const fields = partial ? undefined : objectIn(text);
  if (fields !== undefined) return contentOfFields(fields, text);
  const level = levelOfPrefix(text);
  return { ...(level === undefined ? {} : { level }), message: text };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > JSON_LENGTH || !text.startsWith("{") || !text.trimEnd().endsWith("}")) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function contentOfFields(given: Readonly<Record<string, unknown>>, text: string): LogContent {
  const levelName = LEVEL_NAMES.find((name) => Object.hasOwn(given, name) && levelOfValue(given[name]) !== undefined);
  const messageName = MESSAGE_NAMES.find((name) => Object.hasOwn(given, name) && typeof given[name] === "string");
  const level = levelName === undefined ? undefined : levelOfValue(given[levelName]);
  const left = { values: VALUES };
  const others = Object.keys(given).filter((name) => name !== levelName && name !== messageName);
  return {
    ...(level === undefined ? {} : { level }),
    message: messageName === undefined ? text : (given[messageName] as string),
    fields: copyOfObject(given, others, DEPTH, left),
  };
}

/** What may be handed on to anybody: within the bounds, and without a name that would change the prototype of what it is assigned to. */
function copyOfObject(
  from: object,
  names: readonly string[],
  depth: number,
  left: { values: number },
): { readonly [name: string]: LogValue } {
  const entries: [string, LogValue][] = [];
  for (const name of names) {
    if (left.values <= 0) break;
    if (name === "__proto__") continue;
    const value = copyOf((from as Record<string, unknown>)[name], depth - 1, left);
    if (value !== undefined) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

function copyOf(value: unknown, depth: number, left: { values: number }): LogValue | undefined {
  left.values -= 1;
  if (typeof value !== "object" || value === null) return value as LogValue;
  if (depth <= 0) return undefined;
  if (!Array.isArray(value)) return copyOfObject(value, Object.keys(value), depth, left);
  const items: LogValue[] = [];
  for (const item of value) {
    if (left.values <= 0) break;
    items.push(copyOf(item, depth - 1, left) ?? null);
  }
  return items;
}
