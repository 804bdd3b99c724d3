import type { Settlement } from "../contract/index.js";
import { payloadLength, readInlinePayload, writePayload } from "./payload-bytes.js";
import { numberFieldLength, readVarint, sizeWithHead, writeHead, writeNumberField } from "./varints.js";

/** A `Settlement`, written and read by hand: a result that is no JSON, or an error. */

const ID = 1;
const VALUE = 2;
const ERROR = 3;
const ID_TAG = 8;
const VALUE_TAG = 18;
const ERROR_TAG = 26;

export function settlementLength({ id, outcome }: Settlement): number {
  const length = numberFieldLength(id);
  return outcome === undefined ? length : length + sizeWithHead(payloadLength(outcome.value));
}

/** @returns where it ends */
export function writeSettlement(into: Buffer, start: number, { id, outcome }: Settlement): number {
  const at = writeNumberField(into, start, ID, id);
  if (outcome === undefined) return at;
  const payloadAt = writeHead(into, at, outcome.$case === "value" ? VALUE : ERROR, payloadLength(outcome.value));
  return writePayload(into, payloadAt, outcome.value);
}

/** @returns nothing where it is otherwise than `writeSettlement` makes it with an inline payload: for the generated code */
export function readSettlement(bytes: Buffer, start: number, end: number): Settlement | undefined {
  let at = start;
  let id = 0;
  if (bytes[at] === ID_TAG) [id, at] = readVarint(bytes, at + 1);
  const tag = bytes[at];
  if (at >= end || (tag !== VALUE_TAG && tag !== ERROR_TAG)) return undefined;
  const [size, payloadAt] = readVarint(bytes, at + 1);
  if (payloadAt + size !== end) return undefined;
  const value = readInlinePayload(bytes, payloadAt, end);
  if (value === undefined) return undefined;
  return { id, outcome: { $case: tag === VALUE_TAG ? "value" : "error", value } };
}
