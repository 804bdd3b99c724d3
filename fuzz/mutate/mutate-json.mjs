/** @typedef {import("../../chaos/random.mjs").Random} Random */

const ATOMS = [
  ...["$", "$$", "$u", "$n", "$-", "$+", "$_", "$i-1f", "$d0", "$dNaN", "$@0", "$@1", "$@99999999999", "$@-1"],
  ...["$m", "$s", "$r", "$b", "$o", "$a", "$e", "$l", "$v", "$x", "$q"],
  ...["__proto__", "constructor", "prototype", "toString", "toJSON", "length", "then", "stack", "cause"],
  ...[
    "Error",
    "TypeError",
    "AggregateError",
    "IsolationError",
    "Buffer",
    "DataView",
    "Float64Array",
    "SharedArrayBuffer",
  ],
  ...["function", "stream", "readable", "signal", "object", "", "\ud800", "\u0000"],
  ...[0, 1, -1, 0.5, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 1e308, true, false, null],
];
const DEPTHS = [2, 20, 900, 1_100, 5_000];

/**
 * Changes one place of what JSON says: the result is JSON still, so that it gets further than changed bytes do.
 * @param {Random} random
 * @param {unknown} json
 * @returns {string}
 */
export function mutateJson(random, json) {
  const root = [structuredClone(json)];
  for (let count = random.between(1, 3); count > 0; count -= 1) {
    const [owner, key] = pickPlace(random, root);
    owner[key] = replacement(random, owner[key], root);
  }
  return stringify(random, root[0]);
}

/** @param {Random} random @param {unknown} root @returns {[owner: Record<string, unknown>, key: string]} */
function pickPlace(random, root) {
  let owner = /** @type {Record<string, unknown>} */ (root);
  for (;;) {
    const key = random.pick(Object.keys(owner));
    const value = owner[key];
    const isLeaf = typeof value !== "object" || value === null || Object.keys(value).length === 0;
    if (isLeaf || random.between(0, 3) === 0) return [owner, key];
    owner = /** @type {Record<string, unknown>} */ (value);
  }
}

/** @param {Random} random @param {unknown} value @param {unknown} root @returns {unknown} */
function replacement(random, value, root) {
  const [owner, key] = pickPlace(random, root);
  switch (random.between(0, 7)) {
    case 0:
      return [value, value];
    case 1:
      return { value };
    case 2:
      return structuredClone(owner[key]);
    case 3:
      return Array.isArray(value)
        ? value.toSpliced(random.between(0, value.length), random.between(0, 2), atom(random))
        : [];
    case 4:
      return [atom(random), value, atom(random), value];
    case 5:
      return { [String(atom(random))]: value, [String(atom(random))]: atom(random) };
    default:
      return atom(random);
  }
}

/** @param {Random} random */
function atom(random) {
  return random.pick(ATOMS);
}

/** As it is; or with a key that no literal can have; or nested deeply. @param {Random} random @param {unknown} value */
function stringify(random, value) {
  const text = JSON.stringify(value);
  switch (random.between(0, 15)) {
    case 0:
      return text.replaceAll('"value"', '"__proto__"');
    case 1: {
      const depth = random.pick(DEPTHS);
      return text.replace(
        /[\d"]/,
        (start) => `${"[".repeat(depth)}${start === '"' ? "1" : start}${"]".repeat(depth)}${start === '"' ? ',"' : ""}`,
      );
    }
    default:
      return text;
  }
}
