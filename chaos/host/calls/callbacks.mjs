import { expectAnswer } from "./call-kind.mjs";

/** @type {readonly import("./call-kind.mjs").CallKind[]} */
export const CALLBACK_CALLS = [
  {
    name: "callbacks",
    weight: 8,
    make: async ({ isolator, work, key, random, ledger }) => {
      const times = random.between(1, 12);
      const double = (/** @type {number} */ number) => {
        ledger("answered", { key, number });
        return 2 * number;
      };
      expectAnswer(await isolator.invoke(work, "ask", [key, times, double]), times * (times - 1));
      return {};
    },
  },
];
