// A plug-in that leaks: it keeps 2 MB for every document it has ever seen.

const BUCKETS = 2 ** 18;

/** @type {Map<string, number[]>} */
const vectors = new Map();

/** Counts the words of a document into a vector of hashed features. Returns how many buckets are in use. */
export function addToIndex(/** @type {string} */ path, /** @type {string} */ markdown) {
  const vector = new Array(BUCKETS).fill(0);
  for (const [word] of markdown.toLowerCase().matchAll(/\p{L}{2,}/gu)) vector[hash(word) % BUCKETS] += 1;
  vectors.set(path, vector);
  return vector.filter((count) => count > 0).length;
}

/** FNV-1a. */
function hash(/** @type {string} */ word) {
  let value = 0x811c9dc5;
  for (const character of word) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
