import { parseArgs } from "node:util";

export const USAGE = `npm run fuzz [-- options]: feeds mutated inputs to everything that reads what a peer sends

  --inputs n     how many inputs, over all targets (default 1000000)
  --seed n       replays an earlier run; printed at the start of each
  --only a,b     only the targets whose names contain one of these
  --without a,b  not the targets whose names contain one of these
  --case n       only this case of the targets chosen, with its inputs in hexadecimal
`;

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {readonly string[]} args */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      inputs: { type: "string", default: "1000000" },
      seed: { type: "string" },
      only: { type: "string" },
      without: { type: "string" },
      case: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    help: values.help,
    inputs: wholeNumber("--inputs", values.inputs, 1),
    seed: wholeNumber("--seed", values.seed ?? String(Math.floor(Math.random() * 2 ** 31) + 1), 1),
    only: values.only?.split(","),
    without: values.without?.split(",") ?? [],
    case: values.case === undefined ? undefined : wholeNumber("--case", values.case, 0),
  };
}

/** @param {string} name @param {string} text @param {number} least */
function wholeNumber(name, text, least) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`${name} must be a whole number from ${least}; received ${JSON.stringify(text)}`);
}
