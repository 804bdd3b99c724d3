import { parseArgs } from "node:util";

/** The rooms whose tests are held to a score. */
export const ROOMS = ["supervision", "session", "isolator", "process", "platform", "pool", "kernel/tree"];

export const USAGE = `npm run mutate [-- options]: changes the code in small ways, and counts the changes that no test notices

  --rooms a,b    rooms of src to change (default ${ROOMS.join(",")})
  --mutants n    how many changes in each room, chosen at random (default 25)
  --seed n       replays the choice of an earlier run; printed at the start of each
  --lanes n      how many are tried at the same time (default 2)
  --floor n      the share of each room that has to be noticed, in percent (default 85)
`;

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {readonly string[]} args */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rooms: { type: "string", default: ROOMS.join(",") },
      mutants: { type: "string", default: "25" },
      seed: { type: "string" },
      lanes: { type: "string", default: "2" },
      floor: { type: "string", default: "85" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    help: values.help,
    rooms: values.rooms.split(","),
    mutants: wholeNumber("--mutants", values.mutants),
    seed: wholeNumber("--seed", values.seed ?? String(Math.floor(Math.random() * 2 ** 31) + 1)),
    lanes: wholeNumber("--lanes", values.lanes),
    floor: wholeNumber("--floor", values.floor),
  };
}

/** @param {string} name @param {string} text */
function wholeNumber(name, text) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new Error(`${name} must be a whole number from 1; received ${JSON.stringify(text)}`);
}
