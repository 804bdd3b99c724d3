import { parseArgs } from "node:util";

export const USAGE = `npm run bombs [-- options]: sets bombs off inside limits, and counts whether each hurts only itself

  --times n      how often each bomb (default 100)
  --rounds n     how often the neighbour is measured beside each bomb, and without it (default 10)
  --seconds n    how long each processor limit is measured, three times over (default 3)
  --only a,b     only these of: heap, buffer, fork, descriptor, burn, flood; neighbour; cpu
`;

const PARTS = ["heap", "buffer", "fork", "descriptor", "burn", "flood", "neighbour", "cpu"];

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {readonly string[]} args */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      times: { type: "string", default: "100" },
      rounds: { type: "string", default: "10" },
      seconds: { type: "string", default: "3" },
      only: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const only = values.only?.split(",");
  const unknown = only?.find((name) => !PARTS.includes(name));
  if (unknown !== undefined) throw new Error(`--only takes ${PARTS.join(", ")}; received ${JSON.stringify(unknown)}`);
  return {
    help: values.help,
    times: wholeNumber("--times", values.times),
    rounds: wholeNumber("--rounds", values.rounds),
    seconds: wholeNumber("--seconds", values.seconds),
    /** Whether it was asked for. */
    wants: (/** @type {string} */ name) => only === undefined || only.includes(name),
  };
}

/** @param {string} name @param {string} text */
function wholeNumber(name, text) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new Error(`${name} must be a whole number from 1; received ${JSON.stringify(text)}`);
}
