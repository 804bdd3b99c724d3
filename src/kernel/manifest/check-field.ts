import { didYouMean } from "../../errors/index.js";
import { absolute } from "./absolute.js";
import {
  type Field,
  type Fields,
  knownNames,
  type ListField,
  type NumberField,
  type ObjectField,
  type RecordField,
  type TextField,
} from "./field.js";
import type { Problems } from "./problems.js";
import type { Path } from "./source.js";

export interface CheckContext {
  readonly problems: Problems;
  /** What relative paths are resolved in. */
  readonly folder: string;
  /** The objects that the present value lies in: an alias, or code, can put one into itself. */
  readonly within?: ReadonlySet<unknown>;
}

/** A value that was wrong, and told as a problem. */
export const WRONG = Symbol("wrong");

/**
 * What a value of the manifest comes to: a copy with absolute paths, in which nothing comes through a prototype. Whatever is
 * wrong is told as a problem; what held it comes without it.
 */
export function checkField(field: Field, value: unknown, at: Path, context: CheckContext): unknown {
  if (typeof value !== "object" || value === null) return checkKind(field, value, at, context);
  const { problems, within = new Set() } = context;
  if (!within.has(value)) return checkKind(field, value, at, { ...context, within: new Set(within).add(value) });
  problems.add(at, "must not contain itself");
  return WRONG;
}

function checkKind(field: Field, value: unknown, at: Path, context: CheckContext): unknown {
  switch (field.kind) {
    case "any":
      return value;
    case "refused":
      context.problems.add(at, `cannot be set in a manifest: ${field.why}`, "key");
      return WRONG;
    case "text":
      return checkText(field, value, at, context);
    case "list":
      return checkList(field, value, at, context);
    case "record":
      return checkRecord(field, value, at, context);
    case "object":
      return checkObject(field, value, at, context);
    case "either": {
      const fitting = field.of.find((one) => fits(one, value));
      return fitting === undefined ? wrong(field, value, at, context) : checkKind(fitting, value, at, context);
    }
    default:
      return isWithin(field, value) ? value : wrong(field, value, at, context);
  }
}

/** What a value must be, in words. */
export function boundOf(field: Field): string {
  switch (field.kind) {
    case "text":
      return field.bound;
    case "choice":
      return oneOf(field.values.map((value) => JSON.stringify(value)));
    case "flag":
      return "true or false";
    case "nothing":
      return "null";
    case "number":
      return numberBound(field);
    case "size":
      return 'a number of bytes, or a size with its unit such as "256MB" or "512MiB"';
    case "list":
      return `a list${field.atLeastOne ? " that is not empty" : ""}, each ${boundOf(field.of)}`;
    case "object":
      return `an object with ${oneOf(knownNames(field.fields()), "and")}`;
    case "either":
      return oneOf(field.of.map(boundOf));
    default:
      return "an object";
  }
}

/** Whether it is the kind of value that the field is about, so that what is wrong within it can be told exactly. */
function fits(field: Field, value: unknown): boolean {
  if (field.kind === "list") return Array.isArray(value);
  if (field.kind === "record" || field.kind === "object") return isPlain(value);
  if (field.kind === "text") return typeof value === "string" || (field.path !== undefined && value instanceof URL);
  if (field.kind === "either") return field.of.some((one) => fits(one, value));
  return isWithin(field, value);
}

function isWithin(field: Field, value: unknown): boolean {
  if (field.kind === "choice") return typeof value === "string" && field.values.includes(value);
  if (field.kind === "flag") return typeof value === "boolean";
  if (field.kind === "nothing") return value === null || value === undefined;
  if (field.kind === "size") return typeof value === "number" || typeof value === "string";
  if (field.kind !== "number" || typeof value !== "number") return false;
  const { min = Number.NEGATIVE_INFINITY, max = Number.MAX_VALUE, whole = false, orInfinity = false } = field;
  if (orInfinity && value === Number.POSITIVE_INFINITY) return true;
  return value >= min && value <= max && (!whole || Number.isSafeInteger(value));
}

function checkText(field: TextField, value: unknown, at: Path, context: CheckContext): unknown {
  const isUrl = field.path !== undefined && value instanceof URL && value.protocol === "file:";
  const isText = typeof value === "string" && (field.pattern === undefined || field.pattern.test(value));
  if (!isUrl && !isText) return wrong(field, value, at, context);
  if (field.path === undefined) return value;
  try {
    return absolute(value, field.path, context.folder);
  } catch {
    // A file URL that names another machine, or is none.
    return wrong(field, value, at, context);
  }
}

function checkList(field: ListField, value: unknown, at: Path, context: CheckContext): unknown {
  if (!Array.isArray(value) || (field.atLeastOne && value.length === 0)) return wrong(field, value, at, context);
  // From its length: a hole is a value, and a wrong one.
  const items = Array.from(value, (item: unknown, index) => {
    const one = index === 0 ? (field.first ?? field.of) : field.of;
    return checkField(one, item, [...at, index], context);
  });
  return Object.freeze(items.filter((item) => item !== WRONG));
}

function checkRecord(field: RecordField, value: unknown, at: Path, context: CheckContext): unknown {
  if (!isPlain(value)) return wrong(field, value, at, context);
  const record = emptyRecord();
  for (const [key, item] of Object.entries(value)) {
    const isName = key !== "__proto__" && (field.keys.pattern?.test(key) ?? true);
    if (!isName) context.problems.add([...at, key], `must have another name: ${field.keys.bound}`, "key");
    const checked = checkField(field.values, item, [...at, key], context);
    if (isName && checked !== WRONG) record[key] = checked;
  }
  return record;
}

function checkObject(field: ObjectField, value: unknown, at: Path, context: CheckContext): unknown {
  if (!isPlain(value)) return wrong({ ...field }, value, at, context);
  const fields = field.fields();
  const checked = emptyRecord();
  for (const [key, item] of Object.entries(value)) {
    const known = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (known === undefined) unknownKey(fields, key, at, context);
    // As everywhere in options: undefined is left out, null is a value, and a wrong one.
    else if (item !== undefined) {
      const result = checkField(known, item, [...at, key], context);
      if (result !== WRONG) checked[key] = result;
    }
  }
  for (const key of field.required ?? []) {
    const isGiven = Object.hasOwn(value, key) && value[key] !== undefined;
    if (!isGiven) context.problems.add([...at, key], `must be ${boundOf(fields[key] ?? field)}; it is missing`, "key");
  }
  return checked;
}

function unknownKey(fields: Fields, key: string, at: Path, { problems }: CheckContext): void {
  const known = knownNames(fields);
  const hint = didYouMean(key, known);
  problems.add([...at, key], `is not known${hint}; what is known here: ${[...known].sort().join(", ")}`, "key");
}

function wrong(field: Field, value: unknown, at: Path, { problems }: CheckContext): typeof WRONG {
  problems.mustBe(at, boundOf(field), value);
  return WRONG;
}

/** Not the instance of a class, such as a Map, a Date or a URL, whose content is not in its properties. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function emptyRecord(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function numberBound({ min, max, whole, orInfinity }: NumberField): string {
  const what = whole ? "a whole number" : "a number";
  const from = min === undefined ? "" : max === undefined ? ` of at least ${min}` : ` from ${min} to ${max}`;
  return `${what}${from}${orInfinity ? ", or Infinity (.inf in YAML)" : ""}`;
}

function oneOf(texts: readonly string[], last = "or"): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} ${last} ${texts.at(-1)}`;
}
