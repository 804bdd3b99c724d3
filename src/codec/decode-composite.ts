/** The built-in objects that JSON does not have, each made of its node: an array that begins with the marker of its kind. */
import { COST } from "./decode-cost.js";
import type { DecodeWalk } from "./decode-walk.js";
import { defineField } from "./define-field.js";
import { isCount, recordOf, textOf } from "./nodes.js";
import { makePlatformValue } from "./platform-value.js";
import { makeRegExp } from "./reg-exp.js";
import { VIEW_CLASSES } from "./wire-format.js";

/** What users get is of their classes; the methods are ours. */
const { Map: PublicMap, Set: PublicSet } = globalThis;
const { set: setEntry } = PublicMap.prototype;
const { add: addMember } = PublicSet.prototype;

/** A sparse array may be this much longer than what it has, before it is made as a dictionary. */
const MAX_FREE_LENGTH = 1024;
const MAX_ARRAY_LENGTH = 0xffff_ffff;

export function decodeMap(walk: DecodeWalk, node: unknown[]): Map<unknown, unknown> {
  walk.context.meter?.charge(COST.collection + COST.entry * node.length);
  const map = walk.remember(new PublicMap<unknown, unknown>());
  if (node.length % 2 === 0) throw new TypeError("a Map has a key without a value");
  for (let index = 1; index < node.length; index += 2) {
    const key = walk.decode(node[index]);
    Reflect.apply(setEntry, map, [key, walk.decode(node[index + 1])]);
  }
  return map;
}

export function decodeSet(walk: DecodeWalk, node: unknown[]): Set<unknown> {
  walk.context.meter?.charge(COST.collection + COST.entry * node.length);
  const set = walk.remember(new PublicSet<unknown>());
  for (let index = 1; index < node.length; index++) Reflect.apply(addMember, set, [walk.decode(node[index])]);
  return set;
}

export function decodeRegExp(walk: DecodeWalk, [, source, flags, lastIndex]: unknown[]): RegExp {
  const pattern = walk.remember(makeRegExp(textOf(source), textOf(flags), walk.context.meter));
  const index = walk.decode(lastIndex);
  if (typeof index !== "number") throw new TypeError("a lastIndex is not a number");
  pattern.lastIndex = index;
  return pattern;
}

export function decodeBoxed(walk: DecodeWalk, [, node]: unknown[]): unknown {
  const number = walk.reserve(undefined);
  const primitive = walk.decode(node);
  if (primitive === null || primitive === undefined || typeof primitive === "object") {
    throw new TypeError("a boxed primitive is none");
  }
  return walk.settle(number, Object(primitive));
}

export function decodeBareObject(walk: DecodeWalk, [, node]: unknown[]): object {
  walk.context.meter?.charge(COST.bareObject);
  return Object.setPrototypeOf(walk.decodeFields(recordOf(node), true), null);
}

/** A length costs nothing to say, and little to have only where it is that of a dictionary. */
export function decodeSparseArray(walk: DecodeWalk, [, length, fields, ...items]: unknown[]): unknown[] {
  if (!Number.isInteger(length) || (length as number) < 0 || (length as number) > MAX_ARRAY_LENGTH) {
    throw new TypeError("an array's length is no length");
  }
  const isDictionary = (length as number) > items.length + MAX_FREE_LENGTH;
  walk.context.meter?.charge(
    isDictionary ? COST.collection + COST.entry * items.length : COST.slot * (length as number),
  );
  const array: unknown[] = walk.remember([]);
  if (isDictionary) array.length = MAX_ARRAY_LENGTH;
  array.length = length as number;
  for (const [key, value] of Object.entries(walk.decodeFields(recordOf(fields), false))) {
    if (key !== "length") defineField(array, key, value);
  }
  for (let at = 0; at < items.length; at += 2) {
    const index = items[at];
    const isInside = Number.isInteger(index) && (index as number) >= 0 && (index as number) < (length as number);
    if (!isInside) throw new TypeError("an item is outside its array");
    array[index as number] = walk.decode(items[at + 1]);
  }
  return array;
}

export function decodeView(walk: DecodeWalk, [, kind, range, byteOffset, length]: unknown[]): ArrayBufferView {
  walk.context.meter?.charge(COST.view);
  const buffer = walk.source.buffer(range);
  const isTracking = length === null && "resizable" in buffer && buffer.resizable === true;
  if (!isCount(byteOffset) || !(isCount(length) || isTracking)) throw new TypeError("a view's place is none");
  if (kind === "Buffer") return walk.remember(Buffer.from(buffer, byteOffset, length ?? undefined));
  const Class = VIEW_CLASSES.get(textOf(kind));
  if (Class === undefined) throw new TypeError(`this process has no ${textOf(kind)}`);
  return walk.remember(isTracking ? new Class(buffer, byteOffset) : new Class(buffer, byteOffset, length as number));
}

export function decodePlatformValue(walk: DecodeWalk, [, kind, node]: unknown[]): unknown {
  const number = walk.reserve(undefined);
  const content = walk.decode(node);
  walk.context.meter?.charge(COST.platformValue * (Array.isArray(content) ? content.length + 1 : 1));
  walk.context.meter?.tick(Array.isArray(content) ? content.length : 1);
  return walk.settle(number, makePlatformValue(textOf(kind), content));
}

export function decodeReference(walk: DecodeWalk, [, descriptor]: unknown[]): unknown {
  if (walk.context.importReference === undefined) throw new TypeError("references are not taken here");
  walk.context.meter?.charge(COST.reference);
  return walk.remember(walk.context.importReference(descriptor));
}
