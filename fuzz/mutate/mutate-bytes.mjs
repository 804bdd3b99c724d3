/** @typedef {import("../../chaos/random.mjs").Random} Random */

/** Longer inputs are cut: they find nothing that shorter ones do not, and take time. */
const MOST_BYTES = 64 * 1024;
const EDGES = [0, 1, 2, 0x0a, 0x12, 0x1a, 0x22, 0x24, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xfe, 0xff];

/** @type {readonly ((random: Random, bytes: Buffer, others: readonly Buffer[]) => Buffer)[]} */
const MUTATIONS = [flipBits, overwrite, insert, remove, truncate, repeat, splice, blowUp, swap];

/** One to four changes. The bytes given stay as they are. @param {Random} random @param {Buffer} bytes @param {readonly Buffer[]} others */
export function mutateBytes(random, bytes, others) {
  /** @type {Buffer} */
  let mutated = Buffer.from(bytes);
  for (let count = random.between(1, 4); count > 0; count -= 1) {
    mutated = random.pick(MUTATIONS)(random, mutated, others).subarray(0, MOST_BYTES);
  }
  return mutated;
}

/** @param {Random} random @param {number} length */
export function randomBytes(random, length) {
  return Buffer.from(Uint8Array.from({ length }, () => random.between(0, 255)));
}

/** @param {Random} random @param {Buffer} bytes */
function flipBits(random, bytes) {
  if (bytes.length === 0) return bytes;
  for (let count = random.between(1, 3); count > 0; count -= 1) {
    const at = random.between(0, bytes.length - 1);
    bytes[at] = Number(bytes[at]) ^ (1 << random.between(0, 7));
  }
  return bytes;
}

/** @param {Random} random @param {Buffer} bytes */
function overwrite(random, bytes) {
  if (bytes.length > 0) bytes[random.between(0, bytes.length - 1)] = random.pick(EDGES);
  return bytes;
}

/** @param {Random} random @param {Buffer} bytes */
function insert(random, bytes) {
  const at = random.between(0, bytes.length);
  const what =
    random.between(0, 1) === 0 ? randomBytes(random, random.between(1, 8)) : Buffer.alloc(3, random.pick(EDGES));
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}

/** @param {Random} random @param {Buffer} bytes */
function remove(random, bytes) {
  const at = random.between(0, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.between(1, 8))]);
}

/** @param {Random} random @param {Buffer} bytes */
function truncate(random, bytes) {
  return bytes.subarray(0, random.between(0, bytes.length));
}

/** Deep nesting too, where what is repeated is a bracket. @param {Random} random @param {Buffer} bytes */
function repeat(random, bytes) {
  const at = random.between(0, Math.max(0, bytes.length - 1));
  const piece = bytes.subarray(at, at + random.pick([1, 2, 4]));
  const times = random.pick([2, 2, 3, 3, 10, 10, 100, 3_000]);
  return Buffer.concat([bytes.subarray(0, at), ...new Array(times).fill(piece), bytes.subarray(at)]);
}

/** @param {Random} random @param {Buffer} bytes @param {readonly Buffer[]} others */
function splice(random, bytes, others) {
  const other = random.pick(others) ?? bytes;
  return Buffer.concat([
    bytes.subarray(0, random.between(0, bytes.length)),
    other.subarray(random.between(0, other.length)),
  ]);
}

/** Some length somewhere becomes huge, in one of the ways in which lengths are written. @param {Random} random @param {Buffer} bytes */
function blowUp(random, bytes) {
  const at = random.between(0, Math.max(0, bytes.length - 1));
  const length = random.pick([
    [0xff, 0xff, 0xff, 0xff],
    [0xff, 0xff, 0xff, 0x7f],
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0xff, 0x7f],
  ]);
  Buffer.from(length).copy(bytes, at);
  return bytes;
}

/** @param {Random} random @param {Buffer} bytes */
function swap(random, bytes) {
  const [from, to] = [random.between(0, bytes.length), random.between(0, bytes.length)];
  bytes.copyWithin(to, from, from + random.between(1, 16));
  return bytes;
}
