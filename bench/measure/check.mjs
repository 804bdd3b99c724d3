/**
 * A benchmark of wrong answers is worth nothing.
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} what
 */
export function expectSame(actual, expected, what) {
  if (!Object.is(actual, expected)) throw new Error(`${what}: ${actual} instead of ${expected}`);
}
