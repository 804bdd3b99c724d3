/** Not by its name, in whose place the build puts others. */
const present = globalThis;

const { defineProperty, hasOwn, prototype: objectPrototype } = present.Object;
const { isArray, prototype: arrayPrototype } = present.Array;
const { parse, stringify } = present.JSON;

type Stringify = (value: unknown, replacer?: null, space?: number) => string;

/** `JSON`, as it was. Nobody's `toJSON` on the prototypes of objects and arrays has a say in what is written. */
export const ownJson = {
  parse,
  stringify(value: unknown, replacer?: null, space?: number): string {
    const isPolluted = "toJSON" in objectPrototype || "toJSON" in arrayPrototype;
    return (stringify as Stringify)(isPolluted ? shielded(value) : value, replacer, space);
  },
};

/** A copy that has no `toJSON` but its own. */
function shielded(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function" && !isPollution(toJSON)) return value;
  const copy: object = isArray(value) ? [] : {};
  defineProperty(copy, "toJSON", { value: undefined });
  const source = value as Record<string, unknown>;
  for (const key in source) {
    if (hasOwn(source, key)) {
      const item = { value: shielded(source[key]), enumerable: true, configurable: true, writable: true };
      defineProperty(copy, key, item);
    }
  }
  return copy;
}

function isPollution(toJSON: unknown): boolean {
  const ofObjects: unknown = (objectPrototype as { toJSON?: unknown }).toJSON;
  return toJSON === ofObjects || toJSON === (arrayPrototype as { toJSON?: unknown }).toJSON;
}
