import { IsolationError } from "../errors/index.js";
import { setField } from "./define-field.js";
import { describeValue, notSerializable, propertyPath } from "./not-serializable.js";

/**
 * Protobuf decoders refuse messages nested deeper than 100. An object costs three levels (Struct, entry, Value), an
 * array two, and what is around the value needs the rest: up to 20 levels inside a chain of error causes.
 */
const MAX_NESTING = 75;
const OBJECT_LEVELS = 3;
const ARRAY_LEVELS = 2;

/**
 * Values that may be there once more because something is shared: a peer could make any number of them with a few arrays,
 * each of which holds the next one twice.
 */
export const MOST_REPEATED = 1_000_000;
/** So many characters of a string count as one value more. */
const TEXT_OF_A_VALUE = 32;

/** What a value that is there once more counts. */
export function weightOf(value: unknown): number {
  return typeof value === "string" ? 1 + value.length / TEXT_OF_A_VALUE : 1;
}

const WHY_NOT_JSON = "JSON cannot carry";
const WHY_NOT_PROTO = "would change prototypes on the other side";

/**
 * Checks that a value may travel as `google.protobuf.Value`, and returns it as a plain tree that shares nothing with the
 * original, so that a later change to the original does not change what is sent.
 *
 * As JSON does, `toJSON` methods are called (a Date becomes its ISO string), `undefined` is left out of objects and is
 * `null` elsewhere, and symbol keys and non-enumerable properties are left out. Unlike JSON, nothing else is lost in
 * silence. A lone surrogate becomes U+FFFD on the wire, since protobuf strings are UTF-8.
 *
 * @param path where the value stands, for messages: `args[0]`.
 * @param sharing of several values that go together
 * @throws IsolationError `NOT_SERIALIZABLE` for functions, symbols, BigInt, NaN and the infinities, Map, Set, other class
 *   instances, an own `__proto__` key, cycles, more than 25 objects or 37 arrays inside one another, and shared parts that would become too many.
 */
export function toJsonValue(value: unknown, path: string, sharing = new Sharing()): unknown {
  return copyJson(value, path, "", MAX_NESTING, { ancestors: [], sharing });
}

interface Walk {
  /** What the walk is inside of. */
  readonly ancestors: object[];
  readonly sharing: Sharing;
}

/** What was met in one or several values, and how much of it is there once more since it is shared. */
export class Sharing {
  readonly #most: number;
  readonly #seen = new Set<object>();
  #repeated = 0;

  /** @param most what is there once more may weigh */
  constructor(most = MOST_REPEATED) {
    this.#most = most;
  }

  /** Whether something may be there, be it for the first time or once more. @param sizeOf what its own values weigh */
  allows(value: object, sizeOf: () => number): boolean {
    if (!this.#seen.has(value)) {
      this.#seen.add(value);
      return true;
    }
    if (this.#repeated <= this.#most) this.#repeated += 1 + sizeOf();
    return this.#repeated <= this.#most;
  }
}

function copyJson(value: unknown, path: string, key: string, nesting: number, walk: Walk): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      break;
    case "undefined":
      return null;
    case "object":
      return value === null ? null : copyJsonObject(value, path, key, nesting, walk);
  }
  throw notSerializable(path, describeValue(value), WHY_NOT_JSON);
}

function copyJsonObject(value: object, path: string, key: string, nesting: number, walk: Walk): unknown {
  const { ancestors } = walk;
  if (ancestors.includes(value)) throw notSerializable(path, "part of a cycle", WHY_NOT_JSON);
  let source = value;
  const toJson = read(source, "toJSON", path);
  if (typeof toJson === "function") {
    const replaced = callToJson(toJson as () => unknown, source, key, path);
    if (typeof replaced !== "object" || replaced === null) return copyJson(replaced, path, key, nesting, walk);
    source = replaced;
  }
  ancestors.push(value);
  try {
    if (!walk.sharing.allows(value, () => sizeOf(source)))
      throw notSerializable(path, "shared too often", WHY_NOT_JSON);
    return Array.isArray(source)
      ? copyJsonArray(source, path, nesting - ARRAY_LEVELS, walk)
      : copyJsonFields(source, path, nesting - OBJECT_LEVELS, walk);
  } catch (error) {
    if (IsolationError.is(error)) throw error;
    throw notSerializable(path, "an object that throws when it is read", WHY_NOT_JSON, error);
  } finally {
    ancestors.pop();
  }
}

function sizeOf(source: object): number {
  return Object.values(source).reduce((size, item) => size + weightOf(item), 0);
}

function copyJsonArray(source: unknown[], path: string, nesting: number, walk: Walk): unknown[] {
  if (nesting < 0) throw tooDeep(path);
  const copy: unknown[] = [];
  for (let index = 0; index < source.length; index++) {
    const item = source[index];
    copy.push(isSimple(item) ? item : copyJson(item, `${path}[${index}]`, String(index), nesting, walk));
  }
  return copy;
}

function copyJsonFields(source: object, path: string, nesting: number, walk: Walk): object {
  if (!isPlain(source)) throw notSerializable(path, describeValue(source), WHY_NOT_JSON);
  if (nesting < 0) throw tooDeep(path);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(source)) {
    if (key === "__proto__") throw notSerializable(path + propertyPath(key), "an own __proto__ key", WHY_NOT_PROTO);
    const item = read(source, key, path);
    if (isSimple(item)) setField(copy, key, item);
    else if (item !== undefined) {
      setField(copy, key, copyJson(item, path + propertyPath(key), key, nesting, walk));
    }
  }
  return copy;
}

function isSimple(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "string" || typeof value === "boolean" || value === null;
}

/** Plain objects of another realm (a vm context, a test runner's sandbox) count: their prototype is a root. */
function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "__defineGetter__");
}

function read(source: object, key: string, path: string): unknown {
  try {
    return (source as Record<string, unknown>)[key];
  } catch (cause) {
    throw notSerializable(path + propertyPath(key), "a property that throws when it is read", WHY_NOT_JSON, cause);
  }
}

function callToJson(toJson: (key: string) => unknown, source: object, key: string, path: string): unknown {
  try {
    return Reflect.apply(toJson, source, [key]);
  } catch (cause) {
    throw notSerializable(path, `${describeValue(source)} whose toJSON() throws`, WHY_NOT_JSON, cause);
  }
}

function tooDeep(path: string): Error {
  return notSerializable(path, "nested too deeply", "protobuf cannot carry (25 objects or 37 arrays in one another)");
}

/**
 * The other direction: what arrived as `google.protobuf.Value`, made safe to hand to the user's code. Own `__proto__`
 * keys, which our side never sends, are deleted in place; `undefined`, a Value without a kind, becomes `null` inside
 * containers.
 */
export function fromJsonValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const container = value as Record<string, unknown>;
  if (Object.hasOwn(container, "__proto__")) Reflect.deleteProperty(container, "__proto__");
  for (const key of Object.keys(container)) {
    const item = container[key];
    if (item === undefined) container[key] = null;
    else if (typeof item === "object" && item !== null) fromJsonValue(item);
  }
  return value;
}
