/** Enough to be beyond every bound. */
const MOST_BYTES = 2 ** 27;

/** V8 keeps a longer array as a table of those elements that are there. */
const MOST_LENGTH = 2 ** 25;

const REFERENCE_BYTES = 8;
const OBJECT_BYTES = 32;
const ENTRY_BYTES = 24;

/**
 * Roughly what a value holds in memory, in bytes, counted rather than measured: the same on every machine and in every
 * run. The length of an array counts, whether it has elements or not.
 * @param {unknown} root
 */
export function weigh(root) {
  const seen = new Set();
  /** @type {unknown[]} */
  const open = [root];
  let bytes = 0;
  while (open.length > 0 && bytes < MOST_BYTES) {
    const value = open.pop();
    if (typeof value === "string") bytes += value.length;
    else if (typeof value === "bigint") bytes += REFERENCE_BYTES * 4;
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    bytes += OBJECT_BYTES;
    if (ArrayBuffer.isView(value)) {
      bytes += seen.has(value.buffer) ? 0 : value.buffer.byteLength;
      seen.add(value.buffer);
    } else if (value instanceof ArrayBuffer) bytes += value.byteLength;
    else if (value instanceof Map || value instanceof Set) {
      bytes += value.size * ENTRY_BYTES;
      for (const entry of value.entries()) open.push(entry[0], entry[1]);
    } else bytes += weighOwn(value, open);
  }
  return bytes;
}

/** @param {object} value @param {unknown[]} open takes what is to be weighed too */
function weighOwn(value, open) {
  if (Array.isArray(value) && value.length <= MOST_LENGTH) {
    // Without the holes, of which there may be many more.
    value.forEach((element) => {
      open.push(element);
    });
    return REFERENCE_BYTES * value.length;
  }
  const own = Object.values(value);
  for (const each of own) open.push(each);
  return 2 * REFERENCE_BYTES * own.length;
}
