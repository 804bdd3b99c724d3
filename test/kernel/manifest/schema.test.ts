import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkField } from "../../../src/kernel/manifest/check-field.js";
import type { Field, Fields } from "../../../src/kernel/manifest/field.js";
import { manifestSchema } from "../../../src/kernel/manifest/json-schema.js";
import { MANIFEST } from "../../../src/kernel/manifest/manifest-fields.js";
import { Problems } from "../../../src/kernel/manifest/problems.js";

const SCHEMA = manifestSchema();

test("the schema in the repository is the one that the validator's fields make", () => {
  const file = new URL("../../../schema/kernel.schema.json", import.meta.url);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(SCHEMA)));
});

test("the schema takes what the validator takes, and refuses what it refuses", () => {
  const counts = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(someValue(MANIFEST, 3), (manifest) => {
      const value: unknown = JSON.parse(JSON.stringify(manifest ?? null));
      const isTaken = isTakenByValidator(value);
      counts[isTaken ? "taken" : "refused"] += 1;
      expect({ value, isTaken: fitsSchema(SCHEMA, value) }).toEqual({ value, isTaken });
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(300);
});

test("every field says what it is for", () => {
  const silent = (fields: Fields) =>
    Object.entries(fields).flatMap(([name, { kind, description }]) =>
      kind === "refused" || description !== undefined ? [] : [name],
    );
  expect(silent(MANIFEST.fields())).toEqual([]);
});

function isTakenByValidator(value: unknown): boolean {
  const source = { value, folder: "/", file: undefined, locate: () => undefined, describe: () => undefined };
  const problems = new Problems(source);
  checkField(MANIFEST, value, [], { problems, folder: "/" });
  try {
    problems.throwIfAny();
    return true;
  } catch {
    return false;
  }
}

const JUNK = fc.constantFrom<unknown>(null, true, [], {}, [7], { junk: 1 });

/** Mostly what a field takes; here and there something else. */
function someValue(field: Field, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 150, arbitrary: goodValue(field, depth) }, { weight: 1, arbitrary: JUNK });
}

function goodValue(field: Field, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case "text":
      return fc.constantFrom("a", "b1", "127.0.0.1:80", "a.b", ..."A/- ".split(""), "");
    case "choice":
      return fc.constantFrom(...field.values, "other");
    case "flag":
      return fc.boolean();
    case "nothing":
      return fc.constant(null);
    case "number":
      return fc.constantFrom(0, 1, 64, 65, 1_024, 0.5, -1, field.min ?? 0, field.max ?? 2);
    case "size":
      // Texts and bounds of sizes are the resolver's, of which the schema knows the form alone.
      return fc.constantFrom<unknown>("256MB", "1.5 GiB", 2 ** 28, 2 ** 28, null);
    case "list":
      return fc.array(someValue(field.of, depth), { maxLength: 2 });
    case "record":
      return fc.dictionary(fc.constantFrom("a", "b", "c-1", "x", "a", "=", "é"), depthValue(field.values, depth), {
        maxKeys: 2,
      });
    case "object":
      return objectValue(field, depth);
    case "either":
      return fc.oneof(...field.of.map((one) => goodValue(one, depth)));
    default:
      return JUNK;
  }
}

function depthValue(field: Field, depth: number): fc.Arbitrary<unknown> {
  return depth > 0 ? someValue(field, depth - 1) : JUNK;
}

/** A few fields of an object, and mostly those that it must have. */
function objectValue(field: Field & { kind: "object" }, depth: number): fc.Arbitrary<unknown> {
  const fields = Object.entries({ ...field.fields(), unknown: { kind: "any" } as Field });
  const required = fields.filter(([name]) => field.required?.includes(name));
  const some = fc.subarray(fields, { maxLength: 2 });
  return some.chain((chosen) =>
    fc.record(
      Object.fromEntries([...required, ...chosen].map(([name, one]) => [name, someValue(one, depth)])),
      chosen.length === 2 ? {} : { requiredKeys: [] },
    ),
  );
}

type Schema = Record<string, unknown>;

/** As much of JSON Schema as the manifest's has; an unknown word fails the test. */
function fitsSchema(schema: Schema, value: unknown): boolean {
  return Object.entries(schema).every(([word, bound]) => {
    const judge = WORDS[word];
    if (judge === undefined) throw new Error(`the schema has a word that this test does not know: ${word}`);
    return judge(bound, value, schema);
  });
}

const pass = () => true;
const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  array: Array.isArray,
  object: isObject,
};

const WORDS: Readonly<Record<string, (bound: unknown, value: unknown, schema: Schema) => boolean>> = {
  $schema: pass,
  title: pass,
  description: pass,
  default: pass,
  definitions: pass,
  type: (bound, value) => [bound].flat().some((name) => TYPES[String(name)]?.(value)),
  enum: (bound, value) => (bound as unknown[]).includes(value),
  minimum: (bound, value) => typeof value !== "number" || value >= Number(bound),
  maximum: (bound, value) => typeof value !== "number" || value <= Number(bound),
  pattern: (bound, value) => typeof value !== "string" || new RegExp(String(bound), "u").test(value),
  minItems: (bound, value) => !Array.isArray(value) || value.length >= Number(bound),
  items: (bound, value) => !Array.isArray(value) || value.every((item) => fitsSchema(bound as Schema, item)),
  anyOf: (bound, value) => (bound as Schema[]).some((one) => fitsSchema(one, value)),
  required: (bound, value) => !isObject(value) || (bound as string[]).every((name) => Object.hasOwn(value, name)),
  propertyNames: (bound, value) =>
    !isObject(value) || Object.keys(value).every((name) => fitsSchema(bound as Schema, name)),
  properties: pass,
  additionalProperties: (bound, value, { properties = {} }) =>
    !isObject(value) ||
    Object.entries(value).every(([name, item]) => {
      const known = Object.hasOwn(properties as object, name) ? (properties as Record<string, Schema>)[name] : bound;
      return known !== false && fitsSchema(known as Schema, item);
    }),
  $ref: (bound, value) => {
    const name = String(bound).replace("#/definitions/", "");
    return fitsSchema((SCHEMA.definitions as Record<string, Schema>)[name] as Schema, value);
  },
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
