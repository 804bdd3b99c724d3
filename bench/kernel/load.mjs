import { median } from "../measure/statistics.mjs";

/** @typedef {(a: number, b: number) => Promise<unknown>} Add */

/** The median of calls one after another, in µs. @param {Add} add @param {number} count */
export async function loneMicroseconds(add, count) {
  const samples = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = performance.now();
    if ((await add(index, 1)) !== index + 1) throw new Error("a wrong answer");
    samples.push((performance.now() - startedAt) * 1000);
  }
  return median(samples);
}

/** @param {Add} add @param {number} count @param {number} concurrency */
export async function callsPerSecond(add, count, concurrency) {
  let next = 0;
  const startedAt = performance.now();
  const caller = async () => {
    for (let own = next++; own < count; own = next++)
      if ((await add(own, 1)) !== own + 1) throw new Error("a wrong answer");
  };
  await Promise.all(Array.from({ length: concurrency }, caller));
  return count / ((performance.now() - startedAt) / 1000);
}
