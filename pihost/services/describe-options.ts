import { Field, Namespace, type ReflectionObject, util } from "protobufjs";

export type WrittenOptions = readonly Readonly<Record<string, unknown>>[] | null | undefined;

/** Those that are fields of the descriptor itself, not of its options. */
const ELSEWHERE = new Set(["default", "json_name"]);

/**
 * Options as the message of `descriptor.proto` for them holds them: the standard ones, and extensions.
 *
 * @param written as protobufjs collects them, by the names that are written
 * @param scope where the names of extensions are looked up
 */
export function describeOptions(written: WrittenOptions, scope: ReflectionObject): Record<string, unknown> | undefined {
  const described: Record<string, unknown> = {};
  for (const option of written ?? []) {
    for (const [name, value] of Object.entries(option)) {
      if (ELSEWHERE.has(name)) continue;
      const key = name.startsWith("(") ? extensionKey(name.slice(1, -1), scope) : util.camelCase(name);
      if (key === undefined) continue;
      const given = name.startsWith("(") ? value : inCamelCase(value);
      described[key] = merged(described[key], given);
    }
  }
  return Object.keys(described).length === 0 ? undefined : described;
}

/** The name by which protobufjs adds an extension to the message that it extends; undefined for one that is unknown. */
function extensionKey(name: string, scope: ReflectionObject): string | undefined {
  for (let at: ReflectionObject | null = scope; at !== null; at = at.parent) {
    const found: ReflectionObject | null = at instanceof Namespace ? at.lookup(name) : null;
    if (found instanceof Field) return found.fullName;
  }
  return undefined;
}

/** Options of one name that are written one by one. */
function merged(before: unknown, value: unknown): unknown {
  if (before === undefined) return value;
  if (Array.isArray(before)) return [...before, value];
  return isRecord(before) && isRecord(value) ? { ...before, ...value } : value;
}

function inCamelCase(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [util.camelCase(key), inCamelCase(part)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
