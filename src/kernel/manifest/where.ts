import type { ManifestSource, Path } from "./source.js";

/**
 * Where a field of an isolate is written; of one that is not, what would hold it.
 *
 * @param field such as `uses.host.log`: names that have a dot are found, too
 */
export function whereIn(source: ManifestSource, isolate: Path, field: string | undefined): string | undefined {
  const path = field === undefined ? isolate : [...isolate, ...keysOf(valueAt(source.value, isolate), field)];
  return source.describe(source.locate(path, "key"));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((held, key) => ownValue(held, String(key)), value);
}

/** The keys of a field, the longest name that there is at every step. */
function keysOf(value: unknown, field: string): readonly (string | number)[] {
  if (field === "") return [];
  const words = field.split(".");
  for (let length = words.length; length > 0; length--) {
    const name = words.slice(0, length).join(".");
    const index = Array.isArray(value) ? indexOf(value, name) : undefined;
    if (index !== undefined || hasOwn(value, name)) {
      const rest = words.slice(length).join(".");
      return [index ?? name, ...keysOf(ownValue(value, String(index ?? name)), rest)];
    }
  }
  return [];
}

/** In a list of targets or exports, the one of that name. */
function indexOf(list: readonly unknown[], name: string): number | undefined {
  const index = list.indexOf(name);
  return index >= 0 ? index : undefined;
}

function ownValue(value: unknown, key: string): unknown {
  return hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function hasOwn(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
