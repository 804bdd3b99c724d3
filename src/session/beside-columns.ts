import type { CallDetails, IndexedPayload, SessionFrame, Settlement } from "../contract/index.js";
import { callDetailsLength, readCallDetails, writeCallDetails } from "./call-details-bytes.js";
import { indexedPayloadLength, readIndexedPayload, writeIndexedPayload } from "./indexed-payload-bytes.js";
import { readSettlement, settlementLength, writeSettlement } from "./settlement-bytes.js";
import { sizeWithHead, writeHead } from "./varints.js";

/**
 * What frames often have beside columns: details of calls, items of streams, and settlements. They are written and read by
 * hand, for the reason that the columns are.
 */

/** The fields of `SessionFrame`. */
const CALL_DETAILS = 5;
const ITEM_PAYLOADS = 9;
const SETTLEMENTS = 15;
const CALL_DETAILS_TAG = 42;
const ITEM_PAYLOADS_TAG = 74;
const SETTLEMENTS_TAG = 122;

/** Whether a frame has nothing else beside its columns. */
export function isWrittenByHand(frame: SessionFrame): boolean {
  return (
    frame.introductions.length === 0 &&
    frame.cancels.length === 0 &&
    frame.streamResumes.length === 0 &&
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

/** With their heads. */
export function lengthBesideColumns({ callDetails, itemPayloads, settlements }: SessionFrame): number {
  let length = 0;
  for (let index = 0; index < callDetails.length; index += 1) {
    length += sizeWithHead(callDetailsLength(callDetails[index] as CallDetails));
  }
  for (let index = 0; index < itemPayloads.length; index += 1) {
    length += sizeWithHead(indexedPayloadLength(itemPayloads[index] as IndexedPayload));
  }
  for (let index = 0; index < settlements.length; index += 1) {
    length += sizeWithHead(settlementLength(settlements[index] as Settlement));
  }
  return length;
}

/** @returns where they end */
export function writeBesideColumns(into: Buffer, start: number, frame: SessionFrame): number {
  const { callDetails, itemPayloads, settlements } = frame;
  let at = start;
  for (let index = 0; index < callDetails.length; index += 1) {
    const details = callDetails[index] as CallDetails;
    at = writeHead(into, at, CALL_DETAILS, callDetailsLength(details));
    at = writeCallDetails(into, at, details);
  }
  for (let index = 0; index < itemPayloads.length; index += 1) {
    const payload = itemPayloads[index] as IndexedPayload;
    at = writeHead(into, at, ITEM_PAYLOADS, indexedPayloadLength(payload));
    at = writeIndexedPayload(into, at, payload);
  }
  for (let index = 0; index < settlements.length; index += 1) {
    const settlement = settlements[index] as Settlement;
    at = writeHead(into, at, SETTLEMENTS, settlementLength(settlement));
    at = writeSettlement(into, at, settlement);
  }
  return at;
}

export function isBesideColumns(tag: number): boolean {
  return tag === CALL_DETAILS_TAG || tag === ITEM_PAYLOADS_TAG || tag === SETTLEMENTS_TAG;
}

/** Reads one into the frame. @returns whether it was in the form that is read by hand */
export function readBesideColumns(bytes: Buffer, start: number, end: number, tag: number, into: SessionFrame): boolean {
  if (tag === CALL_DETAILS_TAG) return added(into.callDetails, readCallDetails(bytes, start, end));
  if (tag === ITEM_PAYLOADS_TAG) return added(into.itemPayloads, readIndexedPayload(bytes, start, end));
  return added(into.settlements, readSettlement(bytes, start, end));
}

function added<Entry>(entries: Entry[], entry: Entry | undefined): boolean {
  if (entry === undefined) return false;
  entries.push(entry);
  return true;
}
