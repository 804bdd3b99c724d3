import { SessionFrame } from "../contract/index.js";
import { isBesideColumns, readBesideColumns } from "./beside-columns.js";
import { BUDGET } from "./budget.js";
import { countEntries } from "./frame-entries.js";
import { readVarint } from "./varints.js";

type NumberColumn = "callIds" | "callHandles" | "itemStreams" | "resultIds" | "voidIds";
type TextColumn = "callArgs" | "items" | "results";

/** The columns by the tag that a length-delimited field of their number has: `field << 3 | 2`. */
const NUMBERS: { readonly [tag: number]: NumberColumn } = {
  [18]: "callIds",
  [26]: "callHandles",
  [58]: "itemStreams",
  [98]: "resultIds",
  [114]: "voidIds",
};
const TEXTS: { readonly [tag: number]: TextColumn } = { [34]: "callArgs", [66]: "items", [106]: "results" };

/**
 * Reads a frame. The columns, details of calls, items of streams and settlements are read by hand, as they are written (see `frame-encoder.ts`); a frame that
 * has anything else, or has it otherwise than our own encoder does, goes through the generated decoder as a whole.
 *
 * @param maxEntries of the frame; each takes at least a byte, so that only longer frames have to be counted
 * @throws Error when the bytes are no frame; IsolationError PROTOCOL when it has too many entries
 */
export function decodeFrame(bytes: Buffer, maxEntries: number = BUDGET.entries): SessionFrame {
  if (bytes.length > maxEntries) countEntries(bytes, maxEntries);
  return decodeColumns(bytes) ?? SessionFrame.decode(bytes);
}

function decodeColumns(bytes: Buffer): SessionFrame | undefined {
  const frame = emptyFrame();
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number;
    const numbers = NUMBERS[tag];
    const text = TEXTS[tag];
    if (numbers === undefined && text === undefined && !isBesideColumns(tag)) return undefined;
    const [size, start] = readVarint(bytes, at + 1);
    const end = start + size;
    if (end > bytes.length) return undefined;
    if (numbers !== undefined) {
      if (frame[numbers].length > 0) return undefined;
      readPacked(bytes, start, end, frame[numbers]);
    } else if (text !== undefined) frame[text] = bytes.toString("utf8", start, end);
    else if (!readBesideColumns(bytes, start, end, tag, frame)) return undefined;
    at = end;
  }
  return frame;
}

/** Ids of a long-lived session take two or three bytes: those are read without a detour. */
function readPacked(bytes: Buffer, start: number, end: number, into: number[]): void {
  let at = start;
  while (at < end) {
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    const third = bytes[at + 2] as number;
    if (first < 0x80) {
      into.push(first);
      at += 1;
    } else if (second < 0x80) {
      into.push((first & 0x7f) | (second << 7));
      at += 2;
    } else if (third < 0x80) {
      into.push((first & 0x7f) | ((second & 0x7f) << 7) | (third << 14));
      at += 3;
    } else {
      const [value, next] = readVarint(bytes, at);
      into.push(value);
      at = next;
    }
  }
  if (at > end) throw new RangeError("a number goes on beyond its column");
}

/** A frame that says nothing. */
export function emptyFrame(): SessionFrame {
  return {
    introductions: [],
    callIds: [],
    callHandles: [],
    callArgs: "",
    callDetails: [],
    cancels: [],
    streamResumes: [],
    itemStreams: [],
    items: "",
    itemPayloads: [],
    streamEnds: [],
    aborts: [],
    resultIds: [],
    results: "",
    voidIds: [],
    settlements: [],
    streamDemands: [],
    streamCloses: [],
    releases: [],
    segmentsRead: [],
    handleReleases: [],
    chunks: [],
    ping: 0,
    pong: 0,
  };
}
