/**
 * Values in the notation of payloads (docs/protocol.md): JSON whose strings that begin with "$" are markers, with the
 * runs of bytes that they name beside it.
 * @typedef {{ root: unknown, ranges: readonly Buffer[] }} Wire
 */

const HEAD = 5;

/** @param {Wire} wire @param {readonly unknown[]} [places] of the ranges that are not inline @param {number} [version] */
export function encodePayload({ root, ranges }, places = [], version = 1) {
  const lengths = ranges.map((range, index) =>
    places[index] === undefined ? range.length : [range.length, places[index]],
  );
  const text = Buffer.from(JSON.stringify(ranges.length === 0 ? [root] : [root, lengths]));
  const head = Buffer.from([version, 0, 0, 0, 0]);
  head.writeUInt32LE(text.length, 1);
  return Buffer.concat([head, text, ...ranges.filter((_, index) => places[index] === undefined)]);
}

/** @param {Buffer} bytes @param {(place: unknown) => Buffer} fetch bytes that are elsewhere @returns {Wire} */
export function decodePayload(bytes, fetch) {
  if (bytes[0] !== 1) throw new Error(`a payload has the version ${bytes[0]}; it must be 1`);
  const start = HEAD + bytes.readUInt32LE(1);
  const [root, lengths = []] = JSON.parse(bytes.toString("utf8", HEAD, start));
  let at = start;
  const ranges = lengths.map((/** @type {number | [number, unknown]} */ range) => {
    const [length, place] = Array.isArray(range) ? range : [range, null];
    if (place !== null) return fetch(place).subarray(0, length);
    at += length;
    if (at > bytes.length) throw new Error("a payload is shorter than its ranges");
    return bytes.subarray(at - length, at);
  });
  return { root, ranges };
}

/** Plain JSON in the notation of payloads. @param {unknown} json @returns {unknown} */
export function escaped(json) {
  return mapStrings(json, (text) => (text.startsWith("$") ? `$${text}` : text));
}

/** Back to plain JSON; undefined where there is a marker, which JSON cannot say. @param {Wire} wire */
export function plainJson({ root, ranges }) {
  if (ranges.length > 0) return undefined;
  let isPlain = true;
  const json = mapStrings(root, (text) => {
    if (!text.startsWith("$")) return text;
    if (!text.startsWith("$$")) isPlain = false;
    return text.slice(1);
  });
  return isPlain ? { json } : undefined;
}

/** @param {unknown} value @param {(text: string) => string} change @returns {unknown} */
function mapStrings(value, change) {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => mapStrings(each, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapStrings(each, change)]));
}

/**
 * The facts of an error in a payload, with its cause and members as such facts, too.
 * @param {unknown} root @returns {Record<string, unknown>}
 */
export function errorFacts(root) {
  if (!Array.isArray(root) || root[0] !== "$e") return { thrown: root };
  const [, parts = {}, fields = {}] = root;
  const facts = { class: "Error", base: "", message: "", stack: "", framework: "", ...parts, fields };
  if (parts.cause !== undefined) facts.cause = causeFacts(parts.cause);
  if (Array.isArray(parts.members)) facts.members = parts.members.map(causeFacts);
  return facts;
}

/** @param {unknown} root */
const causeFacts = (root) => (Array.isArray(root) && root[0] === "$e" ? errorFacts(root) : root);
