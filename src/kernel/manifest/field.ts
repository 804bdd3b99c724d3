/** What a value of the manifest may be. One description drives the check, the JSON Schema and the reference. */
export type Field = FieldKind & FieldFacts;

export interface FieldFacts {
  /** One or two sentences, for editors and the reference. */
  readonly description?: string;
  /** As it is written in a manifest. */
  readonly default?: unknown;
}

export type FieldKind =
  | TextField
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "flag" }
  | { readonly kind: "nothing" }
  | { readonly kind: "any" }
  | NumberField
  | { readonly kind: "size" }
  | ListField
  | RecordField
  | ObjectField
  | { readonly kind: "either"; readonly of: readonly Field[] }
  | { readonly kind: "refused"; readonly why: string };

export interface TextField {
  readonly kind: "text";
  /** What it must be, in words. */
  readonly bound: string;
  readonly pattern?: RegExp;
  /** Which texts are paths, to be made absolute: every one, those with a slash, or those of a module. A URL is taken, too. */
  readonly path?: "always" | "with-slash" | "module";
}

export interface NumberField {
  readonly kind: "number";
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** Whether there may be no bound: `.inf` in YAML, Infinity in JavaScript. */
  readonly orInfinity?: boolean;
}

export interface ListField {
  readonly kind: "list";
  readonly of: Field;
  /** What the first item is, where that is something else than the others. */
  readonly first?: Field;
  readonly atLeastOne?: boolean;
}

/** An object whose keys are names that the user gives. */
export interface RecordField {
  readonly kind: "record";
  readonly keys: TextField;
  readonly values: Field;
}

/** An object with known keys. */
export interface ObjectField {
  readonly kind: "object";
  /** By which the JSON Schema refers to it, where it occurs more than once. */
  readonly id?: string;
  /** A function, because a group may hold groups. */
  readonly fields: () => Fields;
  readonly required?: readonly string[];
}

export type Fields = Readonly<Record<string, Field>>;

const NO_NUL = /^[^\0]+$/;

export const aText: TextField = { kind: "text", bound: "a text that is not empty", pattern: NO_NUL };
export const aPath: TextField = { kind: "text", bound: "a path", pattern: NO_NUL, path: "always" };
export const aProgram: TextField = {
  kind: "text",
  bound: "a path, or the name of a program",
  pattern: NO_NUL,
  path: "with-slash",
};
export const aModule: TextField = {
  kind: "text",
  bound: "a path such as ./store.ts, a file URL or the name of a package",
  pattern: NO_NUL,
  path: "module",
};
export const aName: TextField = {
  kind: "text",
  bound: "1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit",
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
};
export const aFlag: Field = { kind: "flag" };
export const aSize: Field = { kind: "size" };
export const everything: Field = { kind: "choice", values: ["*"] };

/** The field with a word on what it is for, and its default as a manifest would write it. */
export function described(description: string, field: FieldKind, byDefault?: unknown): Field {
  return byDefault === undefined ? { ...field, description } : { ...field, description, default: byDefault };
}

export function choice(...values: readonly string[]): Field {
  return { kind: "choice", values };
}

export function number(bounds: Omit<NumberField, "kind"> = {}): Field {
  return { kind: "number", ...bounds };
}

export function whole(min: number, max?: number): Field {
  return max === undefined ? number({ min, whole: true }) : number({ min, max, whole: true });
}

export function listOf(of: Field, atLeastOne = false): Field {
  return { kind: "list", of, atLeastOne };
}

export function recordOf(keys: TextField, values: Field): Field {
  return { kind: "record", keys, values };
}

export function object(fields: Fields, required: readonly string[] = []): Field {
  return { kind: "object", fields: () => fields, required };
}

export function either(...of: readonly Field[]): Field {
  return { kind: "either", of };
}

export function refused(why: string): Field {
  return { kind: "refused", why };
}

/** The names that a user may write. */
export function knownNames(fields: Fields): readonly string[] {
  return Object.keys(fields).filter((name) => fields[name]?.kind !== "refused");
}
