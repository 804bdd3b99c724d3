import { isDeepStrictEqual, types } from "node:util";

/**
 * Why two graphs differ, or `undefined` where they do not: `isDeepStrictEqual`, and what that does not look at: which
 * references are shared, holes, the order of keys, Buffer against Uint8Array, lastIndex, and shared ArrayBuffers.
 */
export function graphDifference(left: unknown, right: unknown): string | undefined {
  if (!isDeepStrictEqual(left, right)) return "not deeply equal";
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
  if (types.isRegExp(left) && left.lastIndex !== (right as RegExp).lastIndex) return `${path} has another lastIndex`;
  if (types.isMap(left)) return differenceAt(`${path}.entries`, [...left], [...(right as typeof left)], there, back);
  if (types.isSet(left)) return differenceAt(`${path}.members`, [...left], [...(right as typeof left)], there, back);
  if (ArrayBuffer.isView(left)) return undefined;
  return differenceInFields(path, left, right, there, back);
}

function differenceInFields(path: string, left: object, right: object, there: Pairs, back: Pairs): string | undefined {
  const names = Object.getOwnPropertyNames(left);
  const otherNames = Object.getOwnPropertyNames(right);
  if (names.sort().join() !== otherNames.sort().join()) return `${path} has other keys`;
  if (Object.keys(left).join() !== Object.keys(right).join()) return `${path} has other enumerable keys`;
  for (const name of names) {
    if (types.isBoxedPrimitive(left) || (name === "lastIndex" && types.isRegExp(left))) continue;
    const one: unknown = Object.getOwnPropertyDescriptor(left, name)?.value;
    const other: unknown = Object.getOwnPropertyDescriptor(right, name)?.value;
    const difference = differenceAt(`${path}.${name}`, one, other, there, back);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
