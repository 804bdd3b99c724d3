/** The work of every benchmark, as a plain module. Each peer runs these functions on its own other side. */

/** @param {number} a @param {number} b */
export function add(a, b) {
  return a + b;
}

/** @param {Uint8Array} bytes */
export function echo(bytes) {
  return bytes;
}

/**
 * @typedef {{ id: number, name: string }} Item
 * @param {number} index
 * @returns {Item}
 */
export function itemAt(index) {
  return { id: index, name: "a small item" };
}

/** @param {number} count */
export async function* items(count) {
  for (let index = 0; index < count; index += 1) yield itemAt(index);
}

/** A buffer to send many times over. @param {number} size */
export function chunkOf(size) {
  return Buffer.alloc(size, "0123456789abcdef");
}

/** @param {number} count @param {number} size */
export async function* chunks(count, size) {
  const chunk = chunkOf(size);
  for (let index = 0; index < count; index += 1) yield chunk;
}

/**
 * Calls back `count` times, `concurrency` at a time.
 * @param {number} count
 * @param {number} concurrency
 * @param {(index: number) => number | Promise<number>} callback
 * @returns {Promise<number>} the sum of the answers
 */
export async function callBack(count, concurrency, callback) {
  let sum = 0;
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const answer = await callback(next++);
      sum += answer;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return sum;
}
