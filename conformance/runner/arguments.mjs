import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { encodePayload, plainJson } from "./payload.mjs";

/**
 * @typedef {import("./payload.mjs").Wire} Wire
 * @typedef {import("./protobuf.mjs").Message} Message
 */

const CHUNK = 64 * 1024;

/**
 * A value as a Payload, with its bytes where the scenario wants them.
 * @param {Wire} wire @param {"inline" | "chunks" | "segment" | "text"} by "text": the payload as a whole, in chunks
 * @param {{ next: () => number, folder: string, version: number | undefined }} session
 * @returns {{ payload: Message, chunks: Message[] }}
 */
export function toPayload(wire, by, { next, folder, version = 1 }) {
  /** @type {Message[]} */
  const chunks = [];
  const upload = (/** @type {Buffer} */ bytes) => {
    const number = next();
    for (let at = 0; at < bytes.length; at += CHUNK)
      chunks.push({ payload: number, data: bytes.subarray(at, at + CHUNK) });
    return { chunks: number, length: bytes.length };
  };
  if (by === "text") return { payload: { place: JSON.stringify(upload(encodePayload(wire))) }, chunks };
  const places = wire.ranges.map((bytes) => {
    if (by === "inline") return undefined;
    return by === "chunks" ? upload(bytes) : writeSegment(folder, next(), bytes);
  });
  return { payload: { inline: encodePayload(wire, places, version) }, chunks };
}

/** @param {string} folder @param {number} number @param {Buffer} bytes */
function writeSegment(folder, number, bytes) {
  const file = openSync(join(folder, `h${number}`), "wx", 0o600);
  writeSync(file, bytes);
  ftruncateSync(file, bytes.length);
  closeSync(file);
  return { segment: number, length: bytes.length };
}

/** Arguments as JSON, where JSON can say them. @param {Wire} wire */
export const asJson = (wire) => plainJson(wire)?.json;
