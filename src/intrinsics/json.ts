// Read by the file whose names replace those of the globals: here the globals are called by their full names.
const { defineProperty, hasOwn, prototype: objectPrototype } = globalThis.Object;
const { isArray, prototype: arrayPrototype } = globalThis.Array;
const { parse, stringify } = globalThis.JSON;

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
  const isInherited = !hasOwn(value, "toJSON");
  if (typeof toJSON === "function" && !isPollution(toJSON)) return value;
  const copy: object = isArray(value) ? [] : {};
  if (isInherited) defineProperty(copy, "toJSON", { value: undefined });
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
