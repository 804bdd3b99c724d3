import { parseArgs } from "node:util";

export const USAGE = `npm run chaos [-- options]: kills isolated processes in every way, under load, and counts what goes wrong

  --seconds n     how long deaths are injected (default 60)
  --deaths n      ends after so many deaths instead
  --seed n        replays the schedule of an earlier run; printed at the start of each
  --keep          keeps the ledgers, also of episodes without a violation
  --only a,b      only the deaths whose names contain one of these

  --orphans       kills hosts instead, in every situation their children can be in: nothing may be left after a second
  --times n       how often in each situation (default 10)
  --only a,b      only the situations whose names contain one of these

  --kernel        kills the isolates of a kernel at random, in a running graph of eight with traffic between them; takes
                  --seconds, --deaths, --seed and --keep

  --soak          restarts one isolate for ever: the host may not grow
  --restarts n    how often (default 10000)

  --latency       how long the caller of a crashed process waits for its next answer, beside a bare start of Node
  --rounds n      samples of each (default 100)
`;

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {readonly string[]} args */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string" },
      deaths: { type: "string" },
      seed: { type: "string" },
      keep: { type: "boolean", default: false },
      orphans: { type: "boolean", default: false },
      times: { type: "string" },
      only: { type: "string" },
      kernel: { type: "boolean", default: false },
      soak: { type: "boolean", default: false },
      restarts: { type: "string" },
      latency: { type: "boolean", default: false },
      rounds: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    ...values,
    seconds: wholeNumber("--seconds", values.seconds ?? (values.deaths === undefined ? "60" : "1000000")),
    deaths: values.deaths === undefined ? Number.POSITIVE_INFINITY : wholeNumber("--deaths", values.deaths),
    seed: wholeNumber("--seed", values.seed ?? String(Math.floor(Math.random() * 2 ** 31) + 1)),
    times: wholeNumber("--times", values.times ?? "10"),
    only: values.only?.split(","),
    restarts: wholeNumber("--restarts", values.restarts ?? "10000"),
    rounds: wholeNumber("--rounds", values.rounds ?? "100"),
  };
}

/** @param {string} name @param {string} text */
function wholeNumber(name, text) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new Error(`${name} must be a whole number from 1; received ${JSON.stringify(text)}`);
}
