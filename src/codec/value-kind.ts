import { types } from "node:util";
import type { ValueKind } from "../contract/index.js";
import { isError } from "./error-facts.js";
import { encodeNumber, viewKindOf } from "./object-kinds.js";
import { readPlatformValue } from "./platform-value.js";
import { REFERENCE_MARK } from "./reference-mark.js";

/** Which kind of value beside JSON it is; `undefined` for what JSON has, what goes by reference, and what never crosses. */
export function valueKindOf(value: unknown): ValueKind | undefined {
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "bigint":
      return "bigint";
    case "number":
      return typeof encodeNumber(value) === "string" ? "number" : undefined;
    case "object":
      return value === null ? undefined : objectKindOf(value);
    default:
      return undefined;
  }
}

function objectKindOf(value: object): ValueKind | undefined {
  if (Array.isArray(value)) return isDense(value) ? undefined : "sparse";
  if (types.isAnyArrayBuffer(value)) return "bytes";
  if (ArrayBuffer.isView(value)) return ["Uint8Array", "Buffer"].includes(viewKindOf(value)) ? "bytes" : "views";
  if (isError(value)) return "error";
  if (types.isDate(value)) return "date";
  if (types.isMap(value)) return "map";
  if (types.isSet(value)) return "set";
  if (types.isRegExp(value)) return "regexp";
  if (types.isBoxedPrimitive(value)) return "boxed";
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return undefined;
  if (prototype === null) return REFERENCE_MARK in value || types.isModuleNamespaceObject(value) ? undefined : "sparse";
  return readPlatformValue(value) === undefined ? undefined : "node";
}

function isDense(array: readonly unknown[]): boolean {
  const keys = Object.keys(array);
  return keys.length === array.length && keys.every((key, index) => key === String(index));
}
