// What the fuzzed sessions call, in this process and in isolated ones.
export const add = (/** @type {number} */ a, /** @type {number} */ b) => a + b;
export const echo = (/** @type {unknown} */ value) => value;
export const echoLater = async (/** @type {unknown} */ value) => value;
export const fail = (/** @type {string} */ message) => {
  throw Object.assign(new TypeError(message, { cause: new RangeError("cause") }), { code: "E_FUZZ", extra: 1n });
};
export const callTwice = async (/** @type {(value: unknown) => Promise<unknown>} */ fn) => [
  await fn(1),
  await fn("two"),
];
export const blindly = (/** @type {(value: unknown) => Promise<unknown>} */ fn) => {
  fn({ done: 1 }).catch(() => {});
};
export async function* numbers(/** @type {number} */ to) {
  for (let number = 0; number < Math.min(to, 100); number += 1) yield number % 3 === 0 ? BigInt(number) : number;
}
export const readable = () => new Blob(["some", "text"]).stream();
export const collect = async (/** @type {AsyncIterable<unknown>} */ source) => {
  const items = [];
  for await (const item of source) if (items.push(item) === 100) break;
  return items;
};
export const untilAborted = (/** @type {AbortSignal} */ signal) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve("already");
    else signal.addEventListener("abort", () => resolve("aborted"), { once: true });
  });
export const lend = () => Object.assign(() => 5, { [Symbol.for("process-isolation.keep")]: true });
export const bytes = (/** @type {number} */ length) => Buffer.alloc(Math.min(length, 100_000) || 0, 7);
export const never = () => new Promise(() => {});
