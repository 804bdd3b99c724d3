import { isDeepStrictEqual, types } from "node:util";

/**
 * Why two graphs differ, or `undefined` where they do not. Stricter than `isDeepStrictEqual`: it also looks at which
 * references are shared, holes, the order of keys, what is not enumerable, Buffer against Uint8Array, and lastIndex.
 */
export function graphDifference(left: unknown, right: unknown): string | undefined {
  return differenceAt("value", left, right, new Map(), new Map());
}

type Pairs = Map<object, object>;

function differenceAt(path: string, left: unknown, right: unknown, there: Pairs, back: Pairs): string | undefined {
  if (!isObject(left) || !isObject(right)) return Object.is(left, right) ? undefined : `${path} is another primitive`;
  if (there.has(left) || back.has(right)) {
    return there.get(left) === right && back.get(right) === left ? undefined : `${path} is shared differently`;
  }
  there.set(left, right);
  back.set(right, left);
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return `${path} has another prototype`;
  if (types.isMap(left)) return differenceAt(`${path}.entries`, [...left], [...(right as typeof left)], there, back);
  if (types.isSet(left)) return differenceAt(`${path}.members`, [...left], [...(right as typeof left)], there, back);
  if (types.isDate(left)) return differenceAt(`${path}.time`, left.getTime(), (right as Date).getTime(), there, back);
  const isLeaf = ArrayBuffer.isView(left) || types.isAnyArrayBuffer(left) || types.isBoxedPrimitive(left);
  if (isLeaf) return isDeepStrictEqual(left, right) ? undefined : `${path} is another ${left.constructor.name}`;
  if (types.isRegExp(left) && String(left) !== String(right)) return `${path} is another RegExp`;
  return differenceInFields(path, left, right, there, back);
}

function differenceInFields(path: string, left: object, right: object, there: Pairs, back: Pairs): string | undefined {
  const names = Object.getOwnPropertyNames(left);
  const otherNames = Object.getOwnPropertyNames(right);
  if (names.sort().join() !== otherNames.sort().join()) return `${path} has other keys`;
  if (Object.keys(left).join() !== Object.keys(right).join()) return `${path} has other enumerable keys`;
  for (const name of names) {
    const one: unknown = Reflect.get(left, name);
    const other: unknown = Reflect.get(right, name);
    const difference = differenceAt(`${path}.${name}`, one, other, there, back);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
