import type { RangeEntry } from "./byte-ranges.js";
import type { DecodeContext } from "./decode-context.js";
import { COST } from "./decode-cost.js";

/** So many bytes of address space cost as much as one of memory. */
const RESERVED_PER_BYTE = 256;

/** As ECMAScript 2024 has it. */
const ResizableArrayBuffer = ArrayBuffer as new (length: number, options: { maxByteLength: number }) => ArrayBuffer;

/** The ranges of an encoded value, each made once, when the first view asks for it. */
export class ByteSource {
  readonly #inline: Uint8Array;
  readonly #ranges: Array<{ entry: RangeEntry; start: number; buffer: ArrayBuffer | undefined }> = [];
  readonly #context: Pick<DecodeContext, "importBytes" | "meter">;

  /** @throws TypeError when the entries are malformed or claim more bytes than there are. */
  constructor(entries: unknown, inline: Uint8Array, context: Pick<DecodeContext, "importBytes" | "meter">) {
    this.#inline = inline;
    this.#context = context;
    if (!Array.isArray(entries)) throw new TypeError("the ranges are not a list");
    context.meter?.borrow(entries.length * COST.range);
    let start = 0;
    for (const entry of entries) {
      if (!isRangeEntry(entry)) throw new TypeError("a range is malformed");
      this.#ranges.push({ entry, start, buffer: undefined });
      start += inlineLengthOf(entry) ?? 0;
      if (start > inline.length) throw new TypeError("the ranges claim more bytes than there are");
    }
  }

  /** @throws TypeError for a range that does not exist, or whose bytes cannot be had. */
  buffer(index: unknown): ArrayBuffer {
    const range = typeof index === "number" ? this.#ranges[index] : undefined;
    if (range === undefined) throw new TypeError("there is no such range");
    range.buffer ??= this.#make(range.entry, range.start);
    return range.buffer;
  }

  #make(entry: RangeEntry, start: number): ArrayBuffer {
    const maxLength = typeof entry === "number" ? undefined : entry[2];
    const length = inlineLengthOf(entry);
    this.#context.meter?.charge((maxLength === undefined ? COST.buffer : costOfResizable(maxLength)) + (length ?? 0));
    this.#context.meter?.tick(1);
    if (length === undefined) return this.#import(entry as Exclude<RangeEntry, number>);
    return copy(this.#inline.subarray(start, start + length), maxLength);
  }

  #import([length, descriptor, maxLength]: Exclude<RangeEntry, number>): ArrayBuffer {
    if (this.#context.importBytes === undefined) throw new TypeError("bytes out of band are not taken here");
    const startedAt = performance.now();
    const bytes = this.#context.importBytes(descriptor);
    this.#context.meter?.skip(performance.now() - startedAt);
    if (bytes.length !== length) throw new TypeError(`a range of ${length} bytes came with ${bytes.length}`);
    const isWhole = bytes.buffer instanceof ArrayBuffer && bytes.buffer.byteLength === length;
    return isWhole && maxLength === undefined ? (bytes.buffer as ArrayBuffer) : copy(bytes, maxLength);
  }
}

/** What it may become is no memory yet, only a place for it, of which there is a lot, but not without end. */
function costOfResizable(maxLength: number): number {
  return COST.resizableBuffer + Math.ceil(maxLength / RESERVED_PER_BYTE);
}

/** How many of the inline bytes are a range's; `undefined` where it is elsewhere. */
function inlineLengthOf(entry: RangeEntry): number | undefined {
  if (typeof entry === "number") return entry;
  return entry[1] === null ? entry[0] : undefined;
}

function isRangeEntry(entry: unknown): entry is RangeEntry {
  if (!Array.isArray(entry)) return isLength(entry);
  const [length, , maxLength] = entry;
  return isLength(length) && (maxLength === undefined || (isLength(maxLength) && maxLength >= length));
}

function isLength(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Into an ArrayBuffer of their own: what was received is one piece with other people's values. */
function copy(bytes: Uint8Array, maxLength: number | undefined): ArrayBuffer {
  if (maxLength === undefined) {
    const own = Buffer.allocUnsafeSlow(bytes.length);
    own.set(bytes);
    return own.buffer as ArrayBuffer;
  }
  const resizable = new ResizableArrayBuffer(bytes.length, { maxByteLength: maxLength });
  new Uint8Array(resizable).set(bytes);
  return resizable;
}
