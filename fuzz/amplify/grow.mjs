/** @typedef {import("../../chaos/random.mjs").Random} Random */

/** A piece of an input is repeated until it is so long. @param {Random} random @param {Buffer} bytes @param {number} length */
export function grow(random, bytes, length) {
  if (bytes.length === 0 || bytes.length >= length) return bytes;
  const from = random.between(0, bytes.length - 1);
  const piece = bytes.subarray(from, from + random.pick([1, 2, 3, 4, 8, 16, 64, bytes.length]));
  const times = Math.ceil((length - bytes.length) / piece.length);
  return Buffer.concat([bytes.subarray(0, from), ...new Array(times).fill(piece), bytes.subarray(from)]);
}

/**
 * Some element of some list of JSON is repeated until the text is about so long: it is JSON still.
 * @param {Random} random
 * @param {string} text
 * @param {number} length
 */
export function growJson(random, text, length) {
  const root = JSON.parse(text);
  /** @type {unknown[][]} */
  const lists = [];
  const open = [root];
  for (let value = open.pop(); value !== undefined && lists.length < 200; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value) && value.length > 0) lists.push(value);
    open.push(...Object.values(value).slice(0, 200));
  }
  if (lists.length === 0) return text;
  const list = random.pick(lists);
  const element = random.pick([list.at(-1), random.pick(list)]);
  const size = (JSON.stringify(element) ?? "null").length + 1;
  const times = Math.min(200_000, Math.ceil((length - text.length) / size));
  for (let count = 0; count < times; count += 1) list.push(element);
  return JSON.stringify(root);
}
