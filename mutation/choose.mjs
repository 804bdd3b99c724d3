/** @typedef {import("./instrument.mjs").Mutant} Mutant */
/** @typedef {import("./dry-run.mjs").TestFile} TestFile */

/**
 * So many of each room, at random; a seed always gives the same of the same code.
 * @param {readonly Mutant[]} mutants
 * @param {readonly string[]} rooms
 * @param {number} count
 * @param {import("../chaos/random.mjs").Random} random
 */
export function chooseMutants(mutants, rooms, count, random) {
  return rooms.flatMap((room) => {
    const left = mutants.filter(({ file }) => isIn(file, room));
    const chosen = [];
    while (chosen.length < count && left.length > 0) chosen.push(...left.splice(random.between(0, left.length - 1), 1));
    return chosen;
  });
}

/** `src/session/outbox.ts` is in `session`. @param {string} file @param {string} room a folder of src */
export function isIn(file, room) {
  return file.startsWith(`src/${room}/`);
}

/**
 * The test files that reach a mutant, the likeliest to notice it first: the one of the same name, then those that reach
 * the fewest others, and of equals the quickest.
 * @param {Mutant} mutant
 * @param {readonly TestFile[]} tests
 */
export function testsFor({ id, file }, tests) {
  const mirror = file.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts");
  const rank = (/** @type {TestFile} */ test) => (test.file === mirror ? 0 : test.reached.size);
  return tests.filter(({ reached }) => reached.has(id)).sort((a, b) => rank(a) - rank(b) || a.ms - b.ms);
}
