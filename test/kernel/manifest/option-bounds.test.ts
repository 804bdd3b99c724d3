import { expect, test } from "vitest";
import { resolveOptions } from "../../../src/isolator/options/index.js";
import type { Field, NumberField } from "../../../src/kernel/manifest/field.js";
import { OPTION_FIELDS } from "../../../src/kernel/manifest/option-fields.js";
import { resolveIdentity } from "../../../src/sandbox/identity.js";

/** Needs root, and the other one of the two. */
const NOT_ALONE = ["uid", "gid"];

const NUMBERS = Object.entries(OPTION_FIELDS)
  .filter(([name]) => !NOT_ALONE.includes(name))
  .flatMap(([name, field]) => numbersIn([name], field));

function numbersIn(
  path: readonly string[],
  field: Field,
): [name: string, path: readonly string[], field: NumberField][] {
  if (field.kind === "number") return [[path.join("."), path, field]];
  if (field.kind !== "object") return [];
  return Object.entries(field.fields()).flatMap(([name, inner]) => numbersIn([...path, name], inner));
}

/** Whether ProcessIsolator.create would take this value there. */
function isTaken(path: readonly string[], value: number): boolean {
  const options = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  try {
    resolveOptions(options, { name: "isolate" });
    return true;
  } catch {
    return false;
  }
}

test.each(NUMBERS)("%s has the bounds of the option", (_, path, { min, max, whole = false, orInfinity = false }) => {
  if (min !== undefined) expect([isTaken(path, min - 1), isTaken(path, min)]).toEqual([false, true]);
  if (max !== undefined) expect([isTaken(path, max), isTaken(path, max + 1)]).toEqual([true, false]);
  expect(isTaken(path, (min ?? 1) + 0.5)).toBe(!whole);
  expect(isTaken(path, Number.POSITIVE_INFINITY)).toBe(orInfinity);
});

test.each([1, 4_294_967_294])("uid and gid have the bounds of the options: %i", (bound) => {
  const isId = (id: number): boolean => {
    try {
      return resolveIdentity({ uid: id, gid: id }, () => undefined) !== undefined;
    } catch {
      return false;
    }
  };
  const { min, max } = OPTION_FIELDS.uid as NumberField;
  expect([min, max]).toContain(bound);
  expect(OPTION_FIELDS.gid).toMatchObject({ min, max });
  expect([isId(bound - 1), isId(bound), isId(bound + 1)]).toEqual([bound !== min, true, bound !== max]);
});

/** What they are resolved to is not what is written. */
const OTHERWISE_RESOLVED = ["inheritEnv", "runtime"];

const DEFAULTS = Object.entries<Field>(OPTION_FIELDS).filter(
  ([name, field]) => field.default !== undefined && !OTHERWISE_RESOLVED.includes(name),
);

test.each(DEFAULTS)("%s has the default of the option", (name, field) => {
  expect(resolveOptions({}, { name: "isolate" })).toMatchObject({ [name]: field.default });
});
