import { areJsonSafe, decodeValue, encodeValue } from "../codec/index.js";
import { crossesByReference } from "./by-reference.js";
import { columnLengthOf, columnTextOf } from "./column-text.js";

/** Bytes from this length on are copied once instead of three times. */
const LARGE_BYTES = 32 * 1024;

/**
 * The arguments as they are now, for a call that is sent later or may have to be sent again. What crosses by reference
 * stays what it is.
 *
 * @param args of which nobody else has the array
 * @throws IsolationError NOT_SERIALIZABLE naming the path
 */
export function snapshotArguments(args: readonly unknown[]): readonly unknown[] {
  if (columnLengthOf(args) >= 0) return args;
  const text = columnTextOf(args, areJsonSafe(args));
  if (text !== undefined) return JSON.parse(text) as unknown[];
  const references: object[] = [];
  const large: Uint8Array[] = [];
  const encoded = encodeValue(args, {
    path: "args",
    exportReference: (value) => (crossesByReference(value) ? references.push(value) - 1 : undefined),
    exportBytes: (bytes) => large.push(Uint8Array.from(bytes)) - 1,
    outOfBandThreshold: LARGE_BYTES,
  });
  return decodeValue(encoded, {
    importReference: (index) => references[index as number],
    importBytes: (index) => large[index as number] as Uint8Array,
  }) as unknown[];
}
