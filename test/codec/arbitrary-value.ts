import fc from "fast-check";

const views = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.string().map((rest) => `$${rest}`),
  fc.constantFrom(
    "\ud800",
    "\udc00x",
    "__proto__",
    "$",
    "$$",
    "$u",
    "$m",
    "$@0",
    "",
    "toJSON",
    "constructor",
    "0",
    "length",
  ),
);

const key = text.filter((name) => name !== "toJSON");

const scalar = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 3, arbitrary: fc.double() },
  { weight: 2, arbitrary: fc.integer() },
  fc.constantFrom(undefined, null, true, false, Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.bigInt(),
);

const bytes = fc.uint8Array({ maxLength: 40 });

const leaf = fc.oneof(
  { weight: 6, arbitrary: scalar },
  fc.date({ noInvalidDate: false }),
  fc
    .tuple(fc.constantFrom("a", "\\/", "(?<n>[x-z])", ""), fc.constantFrom("", "gi", "y", "us"), fc.nat(9))
    .map(([source, flags, lastIndex]) => Object.assign(new RegExp(source, flags), { lastIndex })),
  bytes.map((some) => Buffer.from(some)),
  bytes.map((some) => new Uint8Array(some).buffer),
  fc
    .tuple(bytes, fc.nat(20))
    .map(([some, start]) => new DataView(new Uint8Array(some).buffer, Math.min(start, some.length))),
  fc.tuple(fc.constantFrom(...views), fc.nat(3), fc.nat(3)).map(([View, start, length]) => {
    const buffer = Uint8Array.from({ length: 64 }, (_, index) => index * 3).buffer;
    return new View(buffer, start * View.BYTES_PER_ELEMENT, length);
  }),
  fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.bigInt()).map((primitive) => Object(primitive) as object),
);

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

function record(entries: ReadonlyArray<[string, unknown]>, prototype: object | null): object {
  const made: object = Object.create(prototype);
  for (const [name, value] of entries) {
    define(made, name, value);
  }
  return made;
}

const errors = [Error, TypeError, RangeError, SyntaxError];

/** Containers whose values are filled in by `weave`, so that cycles and shared references come about. */
export const arbitraryValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => {
  const value = tie("value");
  const entries = fc.array(fc.tuple(key, value), { maxLength: 5 });
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      { weight: 2, arbitrary: fc.array(value, { maxLength: 5 }) },
      { weight: 3, arbitrary: entries.map((pairs) => record(pairs, Object.prototype)) },
      entries.map((pairs) => record(pairs, null)),
      fc.array(fc.tuple(value, value), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      fc.array(value, { maxLength: 4 }).map((members) => new Set(members)),
      fc.tuple(fc.array(value, { maxLength: 3 }), fc.nat(6), entries).map(([items, holes, pairs]) => {
        const sparse: unknown[] = [];
        for (const [index, item] of items.entries()) sparse[index * 2] = item;
        sparse.length += holes;
        for (const [name, item] of pairs) if (name !== "length") define(sparse, name, item);
        return sparse;
      }),
      fc.tuple(fc.constantFrom(...errors), fc.string(), value, entries).map(([Class, message, cause, pairs]) => {
        const error = new Class(message, { cause });
        const reserved = ["name", "message", "stack", "cause", "code", "errors"];
        for (const [name, field] of pairs) {
          if (!reserved.includes(name)) define(error, name, field);
        }
        return error;
      }),
    ),
  };
}).value;

/** Values with shared references and cycles: some containers also hold the root and one another. */
export const arbitraryGraph: fc.Arbitrary<unknown> = fc
  .array(fc.tuple(arbitraryValue, fc.nat(), fc.constantFrom("link", "second")), { minLength: 1, maxLength: 6 })
  .map((parts) => {
    const values = parts.map(([value]) => value);
    for (const [value, pick, name] of parts) {
      const target = values[pick % values.length];
      if (value instanceof Map) value.set(name, target);
      else if (value instanceof Set) value.add(target);
      else if (Array.isArray(value)) value.push(target, values);
      else if (isPlain(value)) (value as Record<string, unknown>)[name] = target;
    }
    return values;
  });

function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
