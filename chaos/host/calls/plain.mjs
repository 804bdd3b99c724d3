import { expectAnswer, WrongAnswer } from "./call-kind.mjs";

/** @param {import("./call-kind.mjs").Caller} caller @param {import("process-isolation").CallOptions} [options] */
async function add({ isolator, work, key, random }, options) {
  const [ms, a, b] = [random.between(0, 25), random.between(0, 999), random.between(0, 999)];
  expectAnswer(await isolator.invoke(work, "add", [key, ms, a, b], options), a + b);
  return {};
}

/** @type {readonly import("./call-kind.mjs").CallKind[]} */
export const PLAIN_CALLS = [
  { name: "plain", weight: 30, make: (caller) => add(caller) },
  { name: "idempotent", weight: 30, make: (caller) => add(caller, { idempotent: true }) },
  {
    name: "computing",
    weight: 3,
    make: async ({ isolator, work, key, random }) => {
      expectAnswer(await isolator.invoke(work, "compute", [key, random.between(1, 15)]), true);
      return {};
    },
  },
  {
    name: "throwing",
    weight: 5,
    make: async ({ isolator, work, key }) => {
      const thrown = await isolator.invoke(work, "fail", [key, "as asked"]).catch((error) => error);
      if (!(thrown instanceof RangeError)) throw thrown instanceof Error ? thrown : new WrongAnswer(String(thrown));
      const { message, code, key: own } = /** @type {RangeError & Record<string, unknown>} */ (thrown);
      expectAnswer(`${message} ${code} ${own}`, `as asked E_CHAOS ${key}`);
      return {};
    },
  },
];
