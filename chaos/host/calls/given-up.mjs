import { expectAnswer, WrongAnswer } from "./call-kind.mjs";

/** @param {import("./call-kind.mjs").Caller} caller @param {boolean} idempotent */
async function timeOut({ isolator, work, key, random }, idempotent) {
  const timeoutMs = random.between(1, 40);
  expectAnswer(await isolator.invoke(work, "add", [key, random.between(0, 40), 1, 2], { timeoutMs, idempotent }), 3);
  return {};
}

/** Calls that their caller gives up. @type {readonly import("./call-kind.mjs").CallKind[]} */
export const GIVEN_UP_CALLS = [
  {
    name: "cancelled",
    weight: 6,
    make: async ({ isolator, work, key, random }) => {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), random.between(0, 30));
      try {
        const answer = await isolator.invoke(work, "untilAborted", [key], { signal: controller.signal });
        throw new WrongAnswer(`answered ${JSON.stringify(answer)} after it was cancelled`);
      } finally {
        clearTimeout(timer);
      }
    },
  },
  { name: "timed out", weight: 4, make: (caller) => timeOut(caller, false) },
  { name: "timed out, idempotent", weight: 3, make: (caller) => timeOut(caller, true) },
];
