import type { RangeEntry } from "./byte-ranges.js";
import type { DecodeContext } from "./decode-context.js";
import { COST } from "./decode-cost.js";

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
      if (typeof entry === "number") start += entry;
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
    this.#context.meter?.charge(COST.buffer + (typeof entry === "number" ? entry : 0));
    this.#context.meter?.tick(1);
    return typeof entry === "number" ? copy(this.#inline.subarray(start, start + entry)) : this.#import(...entry);
  }

  #import(length: number, descriptor: unknown): ArrayBuffer {
    if (this.#context.importBytes === undefined) throw new TypeError("bytes out of band are not taken here");
    const startedAt = performance.now();
    const bytes = this.#context.importBytes(descriptor);
    this.#context.meter?.skip(performance.now() - startedAt);
    if (bytes.length !== length) throw new TypeError(`a range of ${length} bytes came with ${bytes.length}`);
    const isWhole = bytes.buffer instanceof ArrayBuffer && bytes.buffer.byteLength === length;
    return isWhole ? (bytes.buffer as ArrayBuffer) : copy(bytes);
  }
}

function isRangeEntry(entry: unknown): entry is RangeEntry {
  const length: unknown = Array.isArray(entry) ? entry[0] : entry;
  return typeof length === "number" && Number.isSafeInteger(length) && length >= 0;
}

/** Into an ArrayBuffer of their own: what was received is one piece with other people's values. */
function copy(bytes: Uint8Array): ArrayBuffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return own.buffer as ArrayBuffer;
}
