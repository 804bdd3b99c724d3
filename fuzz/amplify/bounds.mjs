// What an input may cost whoever reads it: a floor, which everything costs, and so much for each of its bytes. What the
// peer had to write elsewhere first, as a segment of shared memory, counts as input.

/** What is made of an input and written back, in bytes, as it is counted (see weigh.mjs). */
export const MADE_FLOOR_BYTES = 1024 * 1024;
export const MADE_PER_BYTE = 128;

/** What reading it may take from the memory at the worst moment, in bytes: garbage is in it. */
export const MEMORY_FLOOR_BYTES = 48 * 1024 * 1024;
export const MEMORY_PER_BYTE = 512;

/** How long reading it may take, in milliseconds: a value whose keys collide is given up after 100 ms, at the next look. */
export const TIME_FLOOR_MS = 250;
export const TIME_PER_BYTE_MS = 0.0005;

/** @typedef {{ made: number, memory: number, ms: number, paid: number }} Cost of one input; `paid` is what the peer wrote for it */

/**
 * How much of each bound a cost takes: above 1 is too much.
 * @param {Cost} cost
 */
export function loadsOf({ made, memory, ms, paid }) {
  return {
    made: made / (MADE_FLOOR_BYTES + paid * MADE_PER_BYTE),
    memory: memory / (MEMORY_FLOOR_BYTES + paid * MEMORY_PER_BYTE),
    time: ms / (TIME_FLOOR_MS + paid * TIME_PER_BYTE_MS),
  };
}
