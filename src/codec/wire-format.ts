/**
 * The format of `encodeValue`: a graph as JSON text, and the bytes it refers to.
 *
 *     version   1 byte, 1
 *     length    4 bytes, little endian: how long the text is, in bytes
 *     text      UTF-8 JSON: [root] or [root, ranges]
 *     bytes     the inline ranges, one after the other
 *
 * Why not the format of `node:v8`: it names neither the place of a value that cannot go nor the class of an error, it
 * differs between versions of V8, and reading it is not safe: a payload of 450 bytes, an array of long sparse arrays,
 * makes V8 allocate gigabytes and abort the host. Here every allocation is paid for by bytes that came.
 *
 * What JSON can say stands for itself. The rest is said by strings that begin with `$`; a string that begins so itself
 * gets one more in front. In place of a value may stand:
 *
 *     "$u" undefined   "$n" NaN   "$-" -0   "$+" Infinity   "$_" -Infinity   "$i-1f" BigInt, in hexadecimal
 *     "$d<ms>" Date, "$dNaN" an invalid one
 *     "$@<n>" the n-th object of this value, in the order in which they begin in the text: cycles and shared references
 *     ["$m", key, value, key, value, …] Map        ["$s", member, …] Set
 *     ["$r", source, flags, lastIndex] RegExp      ["$b", primitive] Number, String, Boolean, BigInt object
 *     ["$o", fields] object without a prototype
 *     ["$a", length, fields, index, item, index, item, …] array with holes or named properties
 *     ["$e", parts, fields] Error; parts: class, base, framework, message, stack, and code, cause, members if any;
 *                           turned: the properties that are enumerable where V8 hides them, or hidden among the fields;
 *                           mute: true where the error has no message of its own
 *     ["$l", range] ArrayBuffer
 *     ["$v", kind, range, byteOffset, length] typed array, Buffer, DataView; the length in elements, or
 *                           null where it is that of its resizable ArrayBuffer
 *     ["$p", kind, content] an object of Node.js: BlockList (its rules), SocketAddress (address, family, port, flowlabel)
 *     ["$x", descriptor] what crosses by reference; the descriptor is plain JSON, nothing in it is escaped
 *
 * A range is its length in bytes, or [length, descriptor] where the bytes go out of band, or [length, descriptor or null,
 * maxByteLength] where its ArrayBuffer is resizable. Views of one range share one
 * ArrayBuffer. Dates, the composites above, plain arrays and plain objects are what "$@" counts, all but "$l".
 */
export const FORMAT_VERSION = 1;
export const HEADER_LENGTH = 5;

/** The first character of every marker: `$`. */
export const MARKER = 0x24;

/**
 * Objects inside one another. A stack holds more than twice as many on both sides, and v8's own `structuredClone` gives
 * up between 1,000 and 3,000.
 */
export const MAX_DEPTH = 1000;

/** The kinds of views. `Float16Array` is not in every supported Node.js. */
export const VIEW_CLASSES: ReadonlyMap<string, ViewClass> = new Map(
  [
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    "BigInt64Array",
    "BigUint64Array",
    "DataView",
  ].flatMap((kind) => {
    const Class = (globalThis as unknown as Record<string, ViewClass | undefined>)[kind];
    return Class === undefined ? [] : [[kind, Class]];
  }),
);

export type ViewClass = new (buffer: ArrayBuffer, byteOffset: number, length?: number) => ArrayBufferView;

/** What `encodeValue` makes and `decodeValue` reads. */
export type Encoded = Uint8Array;

/** How many bytes are behind the text, if it is as long as it says. */
export function inlineLengthOf(encoded: Buffer): number {
  return encoded.length < HEADER_LENGTH ? 0 : Math.max(0, encoded.length - HEADER_LENGTH - encoded.readUInt32LE(1));
}
