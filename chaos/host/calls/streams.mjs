import { StreamFailure, WrongAnswer } from "./call-kind.mjs";

/** Reads a stream, as far as `most` items. @param {import("./call-kind.mjs").Caller} caller @param {number} items @param {number} most @param {number} [ms] between items */
async function read({ isolator, work, key, random }, items, most, ms = random.between(0, 3)) {
  const stream = /** @type {AsyncIterable<{ number: number }>} */ (
    /** @type {unknown} */ (isolator.invoke(work, "count", [key, items, ms]))
  );
  let received = 0;
  try {
    for await (const { number } of stream) {
      if (number !== received) throw new WrongAnswer(`item ${number} came where ${received} was due`);
      received += 1;
      if (received === most) break;
    }
  } catch (error) {
    throw new StreamFailure(error, received);
  }
  if (received !== Math.min(items, most)) throw new WrongAnswer(`the stream ended after ${received} of ${items} items`);
  return { received };
}

/** @type {readonly import("./call-kind.mjs").CallKind[]} */
export const STREAM_CALLS = [
  { name: "stream", weight: 8, make: (caller) => read(caller, caller.random.between(0, 60), Number.POSITIVE_INFINITY) },
  { name: "stream, long", weight: 0.5, make: (caller) => read(caller, 500, Number.POSITIVE_INFINITY, 4) },
  { name: "stream, left early", weight: 3, make: (caller) => read(caller, 1_000, caller.random.between(1, 30)) },
];
