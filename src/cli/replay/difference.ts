import { types } from "node:util";
import { Lent } from "./recorded-values.js";

/** The first place where two values are not the same. */
export interface Difference {
  /** `result.items[2].at`. */
  readonly path: string;
  readonly expected: unknown;
  readonly received: unknown;
}

/** What is compared of errors beside their own fields. */
const OF_ERRORS = ["name", "message", "code", "cause", "errors"] as const;

export interface CompareOptions {
  /** Paths that are not looked at; `*` stands for any one step. */
  readonly ignore: readonly (readonly string[])[];
  /** Called with what was lent, and what was lent in its place. */
  readonly onLent: (recorded: Lent, received: unknown) => void;
}

/** Compares what is recorded with what came, step by step. */
export class Comparison {
  readonly #options: CompareOptions;
  readonly #seen = new Map<object, unknown>();

  constructor(options: CompareOptions) {
    this.#options = options;
  }

  /** @param path the steps to the values */
  first(expected: unknown, received: unknown, path: readonly string[]): Difference | undefined {
    if (this.#options.ignore.some((pattern) => isWithin(path, pattern))) return undefined;
    if (expected instanceof Lent) return this.#lent(expected, received, path);
    if (Object.is(expected, received)) return undefined;
    const differs = { path: pathText(path), expected, received };
    if (!isObject(expected) || !isObject(received)) return differs;
    if (this.#seen.has(expected)) return this.#seen.get(expected) === received ? undefined : differs;
    this.#seen.set(expected, received);
    if (kindOf(expected) !== kindOf(received)) return differs;
    return this.#inside(expected, received, path, differs);
  }

  #inside(expected: object, received: object, path: readonly string[], differs: Difference): Difference | undefined {
    if (types.isDate(expected) || types.isRegExp(expected) || types.isBoxedPrimitive(expected)) {
      const isSame = types.isRegExp(expected)
        ? String(expected) === String(received)
        : Object.is(expected.valueOf(), received.valueOf());
      return isSame ? undefined : differs;
    }
    if (types.isAnyArrayBuffer(expected) || ArrayBuffer.isView(expected)) {
      return Buffer.compare(bytesOf(expected), bytesOf(received as ArrayBuffer)) === 0 ? undefined : differs;
    }
    if (types.isMap(expected)) return this.#entries([...expected], [...(received as Map<unknown, unknown>)], path);
    if (types.isSet(expected)) return this.#entries([...expected], [...(received as Set<unknown>)], path);
    if (types.isNativeError(expected)) return this.#errors(expected, received as Error, path);
    return this.#fields(expected, received, path);
  }

  #entries(
    expected: readonly unknown[],
    received: readonly unknown[],
    path: readonly string[],
  ): Difference | undefined {
    return this.#fields(expected, received, path);
  }

  #errors(expected: Error, received: Error, path: readonly string[]): Difference | undefined {
    for (const name of OF_ERRORS) {
      const [one, other] = [Reflect.get(expected, name), Reflect.get(received, name)] as unknown[];
      const found = this.first(one, other, [...path, name]);
      if (found !== undefined) return found;
    }
    return this.#fields(expected, received, path);
  }

  #fields(expected: object, received: object, path: readonly string[]): Difference | undefined {
    const isList = Array.isArray(expected);
    if (isList && expected.length !== (received as unknown[]).length) {
      const found = this.first(expected.length, (received as unknown[]).length, [...path, "length"]);
      const inside = this.#common(expected, received, path);
      return inside ?? found;
    }
    return this.#common(expected, received, path);
  }

  #common(expected: object, received: object, path: readonly string[]): Difference | undefined {
    const isLength = (key: string): boolean => Array.isArray(expected) && /^\d+$/.test(key);
    const keys = new Set([...Object.keys(expected), ...Object.keys(received)]);
    for (const key of keys) {
      // That one is longer has been seen.
      if (isLength(key) && (!Object.hasOwn(expected, key) || !Object.hasOwn(received, key))) continue;
      const found = this.first(Reflect.get(expected, key), Reflect.get(received, key), [...path, key]);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #lent(expected: Lent, received: unknown, path: readonly string[]): Difference | undefined {
    if (!isLentAs(expected.kind, received)) return { path: pathText(path), expected: `a ${expected.kind}`, received };
    this.#options.onLent(expected, received);
    return undefined;
  }
}

function isLentAs(kind: Lent["kind"], value: unknown): boolean {
  switch (kind) {
    case "function":
      return typeof value === "function";
    case "signal":
      return value instanceof AbortSignal;
    case "readable":
      return value instanceof ReadableStream;
    case "stream":
      return isObject(value) && Symbol.asyncIterator in value;
    case "object":
      return isObject(value);
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function kindOf(value: object): string {
  if (types.isNativeError(value)) return "error";
  return Object.prototype.toString.call(value);
}

function bytesOf(value: ArrayBuffer | SharedArrayBuffer | ArrayBufferView): Buffer {
  return ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value as ArrayBuffer);
}

/** Whether a path is the pattern's, or leads on from there. */
function isWithin(path: readonly string[], pattern: readonly string[]): boolean {
  return path.length >= pattern.length && pattern.every((step, index) => step === "*" || step === path[index]);
}

/** `result.items[2].at` as its steps. */
export function stepsOf(path: string): string[] {
  return [...path.matchAll(/\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(
    (match) => match[1] ?? match[2]?.replaceAll(/\\(.)/g, "$1") ?? match[3] ?? "",
  );
}

function pathText(path: readonly string[]): string {
  return path
    .map((step, index) => {
      if (index === 0) return step;
      if (/^\d+$/.test(step)) return `[${step}]`;
      return /^[\w$@-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join("");
}
