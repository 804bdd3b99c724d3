import { SessionFrame } from "../contract/index.js";
import { isWrittenByHand, lengthBesideColumns, writeBesideColumns } from "./beside-columns.js";
import { PREFIX_LENGTH } from "./message-reader.js";
import { sizeWithHead, varintLength, writeHead, writeVarint } from "./varints.js";

/**
 * The columns, by field number: the fields that nearly every frame has and nearly all of its bytes. They are written
 * here by hand, into a buffer of just the right size; the generated code, which costs several times as much for them,
 * writes the rest. Protobuf takes fields in any order.
 */
const NUMBERS = [
  [2, "callIds"],
  [3, "callHandles"],
  [7, "itemStreams"],
  [12, "resultIds"],
  [14, "voidIds"],
] as const;
const TEXTS = [
  [4, "callArgs"],
  [8, "items"],
  [13, "results"],
] as const;

type NumbersName = (typeof NUMBERS)[number][1];
type TextName = (typeof TEXTS)[number][1];

// Apart, and walked by index: user code that breaks the iterator of arrays breaks itself, not the frames.
const NUMBER_FIELDS = NUMBERS.map(([field]) => field);
const NUMBER_NAMES = NUMBERS.map(([, name]) => name);
const TEXT_FIELDS = TEXTS.map(([field]) => field);
const TEXT_NAMES = TEXTS.map(([, name]) => name);

/** The frame as bytes, with room for a lane's prefix before it. `hasMore` says whether anything but columns is in it. */
export function encodeFrame(frame: SessionFrame, hasMore: boolean): Buffer {
  const isByHand = hasMore && isWrittenByHand(frame);
  const rest = hasMore && !isByHand ? encodeRest(frame) : undefined;
  const numberLengths: number[] = [];
  const textLengths: number[] = [];
  for (let index = 0; index < NUMBERS.length; index += 1) {
    numberLengths[index] = packedLength(frame[NUMBER_NAMES[index] as NumbersName]);
  }
  for (let index = 0; index < TEXTS.length; index += 1) {
    textLengths[index] = Buffer.byteLength(frame[TEXT_NAMES[index] as TextName]);
  }
  let length = PREFIX_LENGTH + (rest?.length ?? 0);
  length += lengthOfAll(numberLengths) + lengthOfAll(textLengths);
  if (isByHand) length += lengthBesideColumns(frame);
  const bytes = Buffer.allocUnsafe(length);
  let at = PREFIX_LENGTH;
  for (let index = 0; index < NUMBERS.length; index += 1) {
    const size = numberLengths[index] as number;
    if (size === 0) continue;
    at = writeHead(bytes, at, NUMBER_FIELDS[index] as number, size);
    const values = frame[NUMBER_NAMES[index] as NumbersName];
    for (let which = 0; which < values.length; which += 1) at = writeVarint(bytes, at, values[which] as number);
  }
  for (let index = 0; index < TEXTS.length; index += 1) {
    const size = textLengths[index] as number;
    if (size === 0) continue;
    const name = TEXT_NAMES[index] as TextName;
    at = writeHead(bytes, at, TEXT_FIELDS[index] as number, size);
    at += bytes.write(frame[name], at, size, "utf8");
  }
  if (isByHand) writeBesideColumns(bytes, at, frame);
  else if (rest !== undefined) bytes.set(rest, at);
  return bytes;
}

/** With their heads. */
function lengthOfAll(sizes: readonly number[]): number {
  let length = 0;
  for (let index = 0; index < sizes.length; index += 1) {
    const size = sizes[index] as number;
    if (size > 0) length += sizeWithHead(size);
  }
  return length;
}

function encodeRest(frame: SessionFrame): Uint8Array {
  const rest = { ...frame };
  for (const [, name] of NUMBERS) rest[name] = [];
  for (const [, name] of TEXTS) rest[name] = "";
  return SessionFrame.encode(rest).finish();
}

function packedLength(values: readonly number[]): number {
  let length = 0;
  for (let index = 0; index < values.length; index += 1) length += varintLength(values[index] as number);
  return length;
}
