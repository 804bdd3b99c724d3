import type { DecodeMeter } from "./decode-meter.js";
import { costOfJson } from "./json-cost.js";
import { type Encoded, FORMAT_VERSION, HEADER_LENGTH } from "./wire-format.js";

/** The parts of an encoded value, its text as JSON has it. */
export interface ParsedText {
  readonly root: unknown;
  readonly ranges: unknown;
  readonly inline: Uint8Array;
}

/**
 * Reads the text of an encoded value, once the meter has let it pass.
 *
 * @throws what the meter throws; TypeError, RangeError or SyntaxError when the bytes are not a value
 */
export function parseEncoded(encoded: Encoded, meter: DecodeMeter | undefined): ParsedText {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  if (bytes[0] !== FORMAT_VERSION) throw new TypeError(`format version ${bytes[0]} is not known`);
  const end = HEADER_LENGTH + bytes.readUInt32LE(1);
  if (end > bytes.length) throw new TypeError("it is cut off");
  const parsed: unknown = parse(bytes.subarray(HEADER_LENGTH, end), meter);
  if (!Array.isArray(parsed) || parsed.length === 0) throw new TypeError("it has no root");
  return { root: parsed[0], ranges: parsed[1] ?? [], inline: bytes.subarray(end) };
}

function parse(text: Buffer, meter: DecodeMeter | undefined): unknown {
  if (meter === undefined) return JSON.parse(text.toString("utf8"));
  // Beside what it says, the text is there once more, as a string.
  meter.borrow(text.length);
  const string = text.toString("utf8");
  // Characters beyond the first 256 make a string of two bytes each.
  if (string.length !== text.length) meter.borrow(Math.max(0, 2 * string.length - text.length));
  meter.charge(costOfJson(string, meter.room));
  return JSON.parse(string);
}
