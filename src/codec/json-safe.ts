import { isDisguised } from "./hidden-state.js";
import { REFERENCE_MARK } from "./reference-mark.js";

/** Deeper values go by `encodeValue`, which measures its depth. */
const MAX_DEPTH = 200;
/** Up to here, looking through a short list beats a Set. */
const MAX_LISTED = 24;

/**
 * Whether `JSON.stringify` and `JSON.parse` give back exactly what `encodeValue` and `decodeValue` would, only sooner.
 *
 * It is not so for undefined, holes, -0, NaN, the infinities, anything but plain objects and plain arrays, own
 * `__proto__` keys, `toJSON` (own or inherited), named properties on arrays, cycles, shared references, objects that go
 * by reference, getters, and depths beyond 200. Never throws.
 *
 * Stringify at once: what is tested here may be changed by its owner later.
 */
export function isJsonSafe(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return isJsonNumber(value);
    case "object":
      return value === null || isTreeSafe(value);
    default:
      return false;
  }
}

/** `isJsonSafe` of every one of a call's arguments, a reference shared between two of them included. */
export function areJsonSafe(values: readonly unknown[]): boolean {
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value === "object" && value !== null) return isRestSafe(values, index);
    if (!isJsonSafe(value)) return false;
  }
  return true;
}

function isTreeSafe(value: object): boolean {
  try {
    return isObjectSafe(value, 0, new Visited());
  } catch {
    return false;
  }
}

function isRestSafe(values: readonly unknown[], from: number): boolean {
  const visited = new Visited();
  try {
    for (let index = from; index < values.length; index++) {
      if (!isItemSafe(values[index], 0, visited)) return false;
    }
    return true;
  } catch {
    return false;
  }
}

function isItemSafe(value: unknown, depth: number, visited: Visited): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return isJsonNumber(value);
    case "object":
      return value === null || isObjectSafe(value, depth, visited);
    default:
      return false;
  }
}

function isObjectSafe(value: object, depth: number, visited: Visited): boolean {
  if (depth > MAX_DEPTH || (value as { toJSON?: unknown }).toJSON !== undefined || !visited.isNew(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return Array.isArray(value) && isArraySafe(value, depth + 1, visited);
  return prototype === Object.prototype && areFieldsSafe(value as Record<string, unknown>, depth + 1, visited);
}

function isArraySafe(array: readonly unknown[], depth: number, visited: Visited): boolean {
  for (let index = 0; index < array.length; index++) {
    if (!isItemSafe(array[index], depth, visited)) return false;
  }
  return Object.keys(array).length === array.length;
}

/** `for…in` is the fastest loop there is; what it finds on a polluted prototype at worst makes the answer false. */
function areFieldsSafe(fields: Record<string | symbol, unknown>, depth: number, visited: Visited): boolean {
  if (fields[Symbol.asyncIterator] !== undefined || fields[REFERENCE_MARK] !== undefined) return false;
  let isEmpty = true;
  for (const key in fields) {
    isEmpty = false;
    // Not by reading it: what a getter says may be read only once.
    const field = Object.getOwnPropertyDescriptor(fields, key);
    if (field === undefined || field.get !== undefined || key === "__proto__") return false;
    if (!isItemSafe(field.value, depth, visited)) return false;
  }
  return !isEmpty || (fields[Symbol.toStringTag] === undefined && !isDisguised(fields));
}

/** Finite, and not -0, which JSON writes as 0. */
function isJsonNumber(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0);
}

class Visited {
  private readonly list: object[] = [];
  private set: Set<object> | undefined = undefined;

  /** Whether this is the first visit, which it records. */
  isNew(value: object): boolean {
    if (this.set !== undefined) return this.set.size < this.set.add(value).size;
    const { list } = this;
    for (let index = 0; index < list.length; index++) {
      if (list[index] === value) return false;
    }
    list.push(value);
    if (list.length > MAX_LISTED) this.set = new Set(list);
    return true;
  }
}
