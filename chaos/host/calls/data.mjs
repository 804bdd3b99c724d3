import { expectAnswer } from "./call-kind.mjs";

/** Whatever `setData` has acknowledged is there, however often the process died since. @type {readonly import("./call-kind.mjs").CallKind[]} */
export const DATA_CALLS = [
  {
    name: "data",
    weight: 4,
    make: async ({ isolator, slot, key, random }) => {
      const name = `of-${slot}`;
      await isolator.setData(name, key);
      for (let times = random.between(1, 4); times > 0; times -= 1) expectAnswer(await isolator.getData(name), key);
      return {};
    },
  },
  {
    name: "status",
    weight: 1,
    make: async ({ isolator }) => {
      const { pid } = await isolator.status();
      expectAnswer(pid > 0, true);
      return {};
    },
  },
];
