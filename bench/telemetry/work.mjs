/** @param {number} a @param {number} b */
export const add = (a, b) => a + b;

/** Computes for so long. @param {number} ms */
export function compute(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}
