/** Values to bytes and back, on both sides of the process boundary. */
export type { ExportBytes } from "./byte-ranges.js";
export type { DecodeContext, ImportBytes } from "./decode-context.js";
export type { DecodeMeter } from "./decode-meter.js";
export { decodeValue } from "./decode-value.js";
export { type DiscardContext, discardValue } from "./discard-value.js";
export { type EncodeContext, encodeValue } from "./encode-value.js";
export { type ErrorClass, type ErrorClassOptions, type ErrorFields, registerErrorClass } from "./error-classes.js";
export { isError } from "./error-facts.js";
export { appendLocalStack, hideFramesOf } from "./error-stack.js";
export { costOfJson } from "./json-cost.js";
export { areJsonSafe, isJsonSafe } from "./json-safe.js";
export { fromJsonValue, toJsonValue } from "./json-value.js";
export { REFERENCE_MARK } from "./reference-mark.js";
export { fromRemoteError, type RemoteErrorOptions, toRemoteError } from "./remote-error.js";
export { type Encoded, inlineLengthOf } from "./wire-format.js";
