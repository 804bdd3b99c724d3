import type { ValueKind } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { ExportBytes } from "./byte-ranges.js";
import { GraphEncoder } from "./graph-encoder.js";
import { encodeLoneBytes } from "./lone-bytes.js";
import { notSerializable } from "./not-serializable.js";
import { type Encoded, FORMAT_VERSION, HEADER_LENGTH } from "./wire-format.js";

/** How a value is encoded. Every hook is optional. */
export interface EncodeContext {
  /** Where the value stands, for messages: `args[0]`. Default `value`. */
  path?: string;
  /**
   * Called for what may cross by reference: functions, objects with `REFERENCE_MARK` or `Symbol.asyncIterator`, and
   * class instances (AbortSignal, ReadableStream). Returns a descriptor that JSON carries exactly, or `undefined` for
   * what does not cross by reference. Called once per object and value; when encoding fails after it, the caller takes
   * back what it exported.
   *
   * Without it, functions and async iterables are `NOT_SERIALIZABLE`.
   */
  exportReference?: (value: object, path: () => string) => unknown;
  /** The kinds of values beside JSON that may be in it; default: all. */
  takes?: ReadonlySet<ValueKind> | undefined;
  /**
   * Called for every run of bytes from `outOfBandThreshold` on. Returns a descriptor that JSON carries exactly, or
   * `undefined` to leave the bytes inline. Called last, when nothing can fail any more.
   */
  exportBytes?: ExportBytes;
  /** The length in bytes from which `exportBytes` is asked. Default 64 KiB. */
  outOfBandThreshold?: number;
}

const CANNOT_CROSS = "cannot cross the process boundary";
const DEFAULT_THRESHOLD = 64 * 1024;

/**
 * Encodes a value of the structured-clone family, and more: undefined, holes, NaN, -0, BigInt, Date, RegExp, Map, Set,
 * typed arrays, ArrayBuffer, DataView, Buffer, boxed primitives, errors, objects without a prototype, cycles and shared
 * references.
 *
 * Class instances cross as their own enumerable fields, as with `structuredClone`; symbol keys and non-enumerable
 * properties do not cross. Of an ArrayBuffer that only views refer to, the bytes they cover cross. An error loses those
 * of its fields that cannot cross.
 *
 * @throws IsolationError `NOT_SERIALIZABLE`, naming the path, for functions and async iterables without a hook, symbols,
 *   promises, weak collections, SharedArrayBuffers, objects whose state is hidden (URL, Intl…), what throws when it is
 *   read, and more than 1,000 objects inside one another.
 */
export function encodeValue(value: unknown, context: EncodeContext = {}): Encoded {
  const { exportBytes, outOfBandThreshold = DEFAULT_THRESHOLD } = context;
  const alone = context.takes?.has("bytes") === false ? undefined : encodeLoneBytes(value, outOfBandThreshold);
  if (alone !== undefined) return alone;
  const encoder = new GraphEncoder(context);
  const root = encodeRoot(encoder, value);
  const { entries, inline } = encoder.ranges.finish(exportBytes, outOfBandThreshold);
  try {
    return pack(stringify(entries.length === 0 ? [root] : [root, entries]), inline);
  } catch (error) {
    throw notSerializable(context.path ?? "value", "larger than one message can be", CANNOT_CROSS, error);
  }
}

function encodeRoot(encoder: GraphEncoder, value: unknown): unknown {
  try {
    return encoder.encode(value);
  } catch (error) {
    if (IsolationError.is(error)) throw error;
    const is = error instanceof RangeError ? "nested too deeply" : "an object that throws when it is read";
    throw notSerializable(encoder.path(), is, CANNOT_CROSS, error);
  }
}

function pack(text: string, inline: readonly Uint8Array[]): Encoded {
  const textLength = Buffer.byteLength(text);
  const bytesLength = inline.reduce((sum, bytes) => sum + bytes.length, 0);
  const encoded = Buffer.allocUnsafe(HEADER_LENGTH + textLength + bytesLength);
  encoded[0] = FORMAT_VERSION;
  encoded.writeUInt32LE(textLength, 1);
  encoded.write(text, HEADER_LENGTH);
  let offset = HEADER_LENGTH + textLength;
  for (const bytes of inline) {
    encoded.set(bytes, offset);
    offset += bytes.length;
  }
  return encoded;
}

/** A `toJSON` that someone put on `Object.prototype` or `Array.prototype` must not have a say in what is written. */
function stringify(graph: unknown[]): string {
  if ((graph as { toJSON?: unknown }).toJSON !== undefined) shield(graph);
  return JSON.stringify(graph);
}

function shield(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  if (!Object.hasOwn(node, "toJSON")) Object.defineProperty(node, "toJSON", { value: undefined });
  for (const item of Object.values(node)) shield(item);
}
