import { maxLengthOf } from "./array-buffers.js";

/** Takes big bytes out of the message. `undefined` leaves them in. */
export type ExportBytes = (bytes: Uint8Array) => unknown;

/** What the text says of a range: its length, where it is, if not inline, and how long it may become, if it is resizable. */
export type RangeEntry = number | [length: number, descriptor: unknown, maxLength?: number];

interface ViewUse {
  start: number;
  end: number;
  isBuffer: boolean;
  /** Whether its offset has to be a multiple of its element's size. */
  isAligned: boolean;
  /** The node of the text that names the range; its indices 2 and 3 are the range and the offset inside it. */
  node: unknown[];
}

interface BufferUse {
  bytes: Uint8Array;
  /** The nodes that name the whole ArrayBuffer; their index 1 is the range. */
  wholes: unknown[][];
  views: ViewUse[];
  /** Of a resizable one. It crosses as a whole. */
  maxLength: number | undefined;
}

interface Range {
  start: number;
  end: number;
  views: ViewUse[];
}

/** The largest alignment a view asks of its offset. */
const ALIGNMENT = 8;

/**
 * The bytes of a graph. Only bytes that a view covers travel, so that a small Buffer never takes the pool it was cut
 * from along. Views of one ArrayBuffer still share one on the other side: those that overlap always; and where it is not
 * a pool of Buffers, all of them, with the bytes between them.
 */
export class ByteRanges {
  readonly #uses = new Map<ArrayBufferLike, BufferUse>();
  /** The list that each addition went to. */
  readonly #additions: unknown[][] = [];

  /** How much was added; what `rollBack` takes. */
  get additions(): number {
    return this.#additions.length;
  }

  /** @throws TypeError for an ArrayBuffer that was transferred away. */
  addBuffer(buffer: ArrayBuffer, node: unknown[]): void {
    this.#add(this.#useOf(buffer).wholes, node);
  }

  /** @throws TypeError for a view whose ArrayBuffer was transferred away. */
  addView(view: ArrayBufferView<ArrayBuffer>, bytesPerElement: number, node: unknown[]): void {
    const { byteOffset: start, byteLength } = view;
    const isBuffer = Buffer.isBuffer(view);
    const use = { start, end: start + byteLength, isBuffer, isAligned: bytesPerElement > 1, node };
    this.#add(this.#useOf(view.buffer).views, use);
  }

  /** Forgets what was added since there were so many additions. */
  rollBack(additions: number): void {
    while (this.#additions.length > additions) this.#additions.pop()?.pop();
  }

  /** Fills in the nodes, and gives what the text says of the ranges and the bytes that go inline. */
  finish(exportBytes: ExportBytes | undefined, threshold: number): { entries: RangeEntry[]; inline: Uint8Array[] } {
    const entries: RangeEntry[] = [];
    const inline: Uint8Array[] = [];
    for (const use of this.#uses.values()) {
      for (const { start, end } of rangesOf(use, entries.length)) {
        const bytes = use.bytes.subarray(start, end);
        const descriptor = bytes.length >= threshold ? exportBytes?.(bytes) : undefined;
        if (descriptor === undefined) inline.push(bytes);
        entries.push(toEntry(bytes.length, descriptor, use.maxLength));
      }
    }
    return { entries, inline };
  }

  #add<Use>(list: Use[], use: Use): void {
    list.push(use);
    this.#additions.push(list);
  }

  #useOf(buffer: ArrayBuffer): BufferUse {
    let use = this.#uses.get(buffer);
    if (use === undefined) {
      use = { bytes: new Uint8Array(buffer), wholes: [], views: [], maxLength: maxLengthOf(buffer) };
      this.#uses.set(buffer, use);
    }
    return use;
  }
}

/** The ranges of one ArrayBuffer, numbered from `firstIndex`; writes number and offset into the nodes. */
function rangesOf(use: BufferUse, firstIndex: number): Range[] {
  const isWhole = use.wholes.length > 0 || use.maxLength !== undefined;
  const ranges = isWhole ? [{ start: 0, end: use.bytes.length, views: use.views }] : splitIntoRanges(use);
  for (const node of use.wholes) node[1] = firstIndex;
  for (const [index, range] of ranges.entries()) {
    if (range.views.some(({ isAligned }) => isAligned)) range.start -= range.start % ALIGNMENT;
    for (const view of range.views) {
      view.node[2] = firstIndex + index;
      view.node[3] = view.start - range.start;
    }
  }
  return ranges;
}

function toEntry(length: number, descriptor: unknown, maxLength: number | undefined): RangeEntry {
  if (maxLength !== undefined) return [length, descriptor ?? null, maxLength];
  return descriptor === undefined ? length : [length, descriptor];
}

function splitIntoRanges({ bytes, views }: BufferUse): Range[] {
  const isPool = bytes.length === Buffer.poolSize || views.every(({ isBuffer }) => isBuffer);
  const ranges: Range[] = [];
  for (const view of views.sort((one, other) => one.start - other.start)) {
    const last = ranges.at(-1);
    if (last === undefined || (isPool && view.start >= last.end)) {
      ranges.push({ start: view.start, end: view.end, views: [view] });
    } else {
      last.end = Math.max(last.end, view.end);
      last.views.push(view);
    }
  }
  return ranges;
}
