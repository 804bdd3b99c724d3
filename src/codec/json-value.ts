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
 * @throws IsolationError `NOT_SERIALIZABLE` for functions, symbols, BigInt, NaN and the infinities, Map, Set, other class
 *   instances, an own `__proto__` key, cycles, and more than 25 objects or 37 arrays inside one another.
 */
export function toJsonValue(value: unknown, path: string): unknown {
  return copyJson(value, path, "", MAX_NESTING, []);
}

function copyJson(value: unknown, path: string, key: string, nesting: number, ancestors: object[]): unknown {
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
      return value === null ? null : copyJsonObject(value, path, key, nesting, ancestors);
  }
  throw notSerializable(path, describeValue(value), WHY_NOT_JSON);
}

function copyJsonObject(value: object, path: string, key: string, nesting: number, ancestors: object[]): unknown {
  if (ancestors.includes(value)) throw notSerializable(path, "part of a cycle", WHY_NOT_JSON);
  let source = value;
  const toJson = read(source, "toJSON", path);
  if (typeof toJson === "function") {
    const replaced = callToJson(toJson as () => unknown, source, key, path);
    if (typeof replaced !== "object" || replaced === null) return copyJson(replaced, path, key, nesting, ancestors);
    source = replaced;
  }
  ancestors.push(value);
  try {
    return Array.isArray(source)
      ? copyJsonArray(source, path, nesting - ARRAY_LEVELS, ancestors)
      : copyJsonFields(source, path, nesting - OBJECT_LEVELS, ancestors);
  } catch (error) {
    if (IsolationError.is(error)) throw error;
    throw notSerializable(path, "an object that throws when it is read", WHY_NOT_JSON, error);
  } finally {
    ancestors.pop();
  }
}

function copyJsonArray(source: unknown[], path: string, nesting: number, ancestors: object[]): unknown[] {
  if (nesting < 0) throw tooDeep(path);
  const copy: unknown[] = [];
  for (let index = 0; index < source.length; index++) {
    const item = source[index];
    copy.push(isSimple(item) ? item : copyJson(item, `${path}[${index}]`, String(index), nesting, ancestors));
  }
  return copy;
}

function copyJsonFields(source: object, path: string, nesting: number, ancestors: object[]): object {
  if (!isPlain(source)) throw notSerializable(path, describeValue(source), WHY_NOT_JSON);
  if (nesting < 0) throw tooDeep(path);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(source)) {
    if (key === "__proto__") throw notSerializable(path + propertyPath(key), "an own __proto__ key", WHY_NOT_PROTO);
    const item = read(source, key, path);
    if (isSimple(item)) setField(copy, key, item);
    else if (item !== undefined) {
      setField(copy, key, copyJson(item, path + propertyPath(key), key, nesting, ancestors));
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
