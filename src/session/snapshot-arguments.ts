import { areJsonSafe, decodeValue, encodeValue } from "../codec/index.js";
import { type AsyncContext, captureContext } from "./async-context.js";
import { crossesByReference, isMarked, isStream } from "./by-reference.js";
import { columnLengthOf, columnTextOf } from "./column-text.js";

/** Bytes from this length on are copied once instead of three times. */
const LARGE_BYTES = 32 * 1024;

export interface ArgumentsSnapshot {
  readonly args: readonly unknown[];
  /** Whether there is a stream among them, which can be read only once. */
  readonly hasStream: boolean;
  /** Where they were taken, if something among them is to run there. */
  readonly context: AsyncContext | undefined;
}

/**
 * The arguments as they are now, for a call that is sent later or may have to be sent again. What crosses by reference
 * stays what it is.
 *
 * @param args of which nobody else has the array
 * @throws IsolationError NOT_SERIALIZABLE naming the path
 */
export function snapshotArguments(args: readonly unknown[]): ArgumentsSnapshot {
  if (columnLengthOf(args) >= 0) return { args, hasStream: false, context: undefined };
  const text = columnTextOf(args, areJsonSafe(args));
  if (text !== undefined) return { args: JSON.parse(text) as unknown[], hasStream: false, context: undefined };
  const references: object[] = [];
  const large: Uint8Array[] = [];
  const encoded = encodeValue(args, {
    path: "args",
    exportReference: (value) => (crossesByReference(value) ? references.push(value) - 1 : undefined),
    exportBytes: (bytes) => large.push(Uint8Array.from(bytes)) - 1,
    outOfBandThreshold: LARGE_BYTES,
  });
  const copy = decodeValue(encoded, {
    importReference: (index) => references[index as number],
    importBytes: (index) => large[index as number] as Uint8Array,
  });
  return {
    args: copy as unknown[],
    hasStream: references.some((value) => !isMarked(value) && isStream(value)),
    context: references.length === 0 ? undefined : captureContext(),
  };
}
