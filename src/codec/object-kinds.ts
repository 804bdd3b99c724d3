import { types } from "node:util";

const typedArrayKind = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

/** Which of the built-in views a view is, also where it is of a subclass or of another realm. */
export function viewKindOf(view: ArrayBufferView): string {
  if (Buffer.isBuffer(view)) return "Buffer";
  const kind: unknown = Reflect.apply(typedArrayKind as () => unknown, view, []);
  return typeof kind === "string" ? kind : "DataView";
}

/** The primitive inside of a Number, String, Boolean, BigInt or Symbol object, whatever its own `valueOf` says. */
export function unbox(value: object): unknown {
  if (types.isNumberObject(value)) return Reflect.apply(Number.prototype.valueOf, value, []);
  if (types.isStringObject(value)) return Reflect.apply(String.prototype.valueOf, value, []);
  if (types.isBooleanObject(value)) return Reflect.apply(Boolean.prototype.valueOf, value, []);
  if (types.isSymbolObject(value)) return Reflect.apply(Symbol.prototype.valueOf, value, []);
  return Reflect.apply(BigInt.prototype.valueOf, value, []);
}

/** A number as JSON, or the marker of one that JSON does not have. */
export function encodeNumber(value: number): number | string {
  if (value - value === 0) return value === 0 && 1 / value < 0 ? "$-" : value;
  if (value > 0) return "$+";
  return value < 0 ? "$_" : "$n";
}

export function encodeBigInt(value: bigint): string {
  return value < 0n ? `$i-${(-value).toString(16)}` : `$i${value.toString(16)}`;
}

/** Whether a key is an array's index. */
export function isIndex(key: string): boolean {
  const number = Number(key);
  return Number.isInteger(number) && number >= 0 && number < 0xffff_ffff && String(number) === key;
}

/** Whether a web stream has a reader already. Not by its class, which Node would have to load. */
export function isLockedStream(value: object): boolean {
  return "getReader" in value && "locked" in value && value.locked === true;
}
