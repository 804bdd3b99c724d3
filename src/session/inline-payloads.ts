import type { CallDetails, Payload, SessionFrame, Settlement } from "../contract/index.js";
import { readVarint, varintLength, writeHead, writeVarint } from "./varints.js";

/**
 * Arguments and results that are no JSON, in their most common form: an entry that has its place and an inline payload,
 * and nothing else. They are written and read by hand, for the reason that the columns are.
 */

/** The fields of `SessionFrame`. */
const CALL_DETAILS = 5;
const SETTLEMENTS = 15;
/** In both of them: where the entry belongs, and its payload. */
const PLACE_TAG = 8;
const PAYLOAD = 2;
const PAYLOAD_TAG = 18;
/** In a payload. */
const INLINE = 1;
const INLINE_TAG = 10;

export const CALL_DETAILS_TAG = 42;
export const SETTLEMENTS_TAG = 122;

/** Whether a frame has nothing beside columns but such entries. */
export function hasOnlyInlinePayloads(frame: SessionFrame): boolean {
  return hasNothingElse(frame) && frame.callDetails.every(isPlainDetails) && frame.settlements.every(isPlainSettlement);
}

function hasNothingElse(frame: SessionFrame): boolean {
  return (
    frame.introductions.length === 0 &&
    frame.cancels.length === 0 &&
    frame.streamResumes.length === 0 &&
    frame.itemPayloads.length === 0 &&
    frame.streamEnds.length === 0 &&
    frame.aborts.length === 0 &&
    frame.streamDemands.length === 0 &&
    frame.streamCloses.length === 0 &&
    frame.releases.length === 0 &&
    frame.segmentsRead.length === 0 &&
    frame.handleReleases.length === 0 &&
    frame.chunks.length === 0 &&
    frame.ping === 0 &&
    frame.pong === 0
  );
}

function isPlainDetails({ args, attempt, timeoutMs, trace }: CallDetails): boolean {
  if (args?.form?.$case !== "inline" || attempt !== 0 || timeoutMs !== 0) return false;
  for (const _ in trace) return false;
  return true;
}

function isPlainSettlement({ outcome }: Settlement): boolean {
  return outcome?.$case === "value" && outcome.value.form?.$case === "inline";
}

/** How long the entries of such a frame are, with their heads. */
export function lengthOfInlinePayloads({ callDetails, settlements }: SessionFrame): number {
  let length = 0;
  for (let index = 0; index < callDetails.length; index += 1) {
    const { index: place, args } = callDetails[index] as CallDetails;
    length += withHead(entryLength(place, bytesOf(args)));
  }
  for (let index = 0; index < settlements.length; index += 1) {
    const { id, outcome } = settlements[index] as Settlement;
    length += withHead(entryLength(id, bytesOf(outcome?.value)));
  }
  return length;
}

/** Writes them. @returns where they end */
export function writeInlinePayloads({ callDetails, settlements }: SessionFrame, into: Buffer, start: number): number {
  let at = start;
  for (let index = 0; index < callDetails.length; index += 1) {
    const { index: place, args } = callDetails[index] as CallDetails;
    at = writeEntry(into, at, CALL_DETAILS, place, bytesOf(args));
  }
  for (let index = 0; index < settlements.length; index += 1) {
    const { id, outcome } = settlements[index] as Settlement;
    at = writeEntry(into, at, SETTLEMENTS, id, bytesOf(outcome?.value));
  }
  return at;
}

/** Reads one, if it is of this form: its place, and its bytes in memory of their own. */
export function readInlinePayload(
  bytes: Buffer,
  start: number,
  end: number,
): [place: number, payload: Payload] | undefined {
  let at = start;
  let place = 0;
  if (bytes[at] === PLACE_TAG) [place, at] = readVarint(bytes, at + 1);
  at = enter(bytes, at, end, PAYLOAD_TAG);
  if (at >= 0) at = enter(bytes, at, end, INLINE_TAG);
  return at < 0 ? undefined : [place, { form: { $case: "inline", value: Buffer.from(bytes.subarray(at, end)) } }];
}

/** Where the content of a field begins that goes on to the end of its message; -1 if it is another one. */
function enter(bytes: Buffer, at: number, end: number, tag: number): number {
  if (at >= end || bytes[at] !== tag) return -1;
  const [size, start] = readVarint(bytes, at + 1);
  return start + size === end ? start : -1;
}

function bytesOf(payload: Payload | undefined): Buffer {
  return payload?.form?.value as Buffer;
}

function entryLength(place: number, { length }: Buffer): number {
  return (place === 0 ? 0 : 1 + varintLength(place)) + withHead(withHead(length));
}

function withHead(size: number): number {
  return 1 + varintLength(size) + size;
}

function writeEntry(into: Buffer, start: number, field: number, place: number, bytes: Buffer): number {
  let at = writeHead(into, start, field, entryLength(place, bytes));
  if (place !== 0) {
    into[at] = PLACE_TAG;
    at = writeVarint(into, at + 1, place);
  }
  at = writeHead(into, at, PAYLOAD, withHead(bytes.length));
  at = writeHead(into, at, INLINE, bytes.length);
  into.set(bytes, at);
  return at + bytes.length;
}
