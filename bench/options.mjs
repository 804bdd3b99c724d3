import { parseArgs } from "node:util";
import { CASES } from "./cases/index.mjs";
import { FULL, QUICK } from "./measure/effort.mjs";
import { OURS, PEERS } from "./peers/index.mjs";

export const USAGE = `npm run bench [-- options]: process-isolation beside its peers, measured in turns in one run

  --quick           half a minute instead of several; for a glance
  --only a,b        only these cases: ${CASES.map(({ name }) => name).join(", ")}
  --peers a,b       only these peers beside ours: ${PEERS.map(({ name }) => name)
    .filter((name) => name !== OURS)
    .join(", ")}
  --rounds n        samples of each peer under each condition
  --save            writes docs/benchmarks/results-node<major>.json and .md
  --plot            draws charts into docs/benchmarks
  --into folder     saves and draws there
  --from file       measures nothing: shows, saves and plots the results in this JSON file
  --node a,b        runs with these Nodes: majors (fetched if missing) or paths of executables
`;

/** @param {readonly string[]} args */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      peers: { type: "string" },
      rounds: { type: "string" },
      save: { type: "boolean", default: false },
      plot: { type: "boolean", default: false },
      from: { type: "string" },
      into: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const effort = values.quick ? QUICK : FULL;
  const peers = values.peers === undefined ? undefined : [OURS, ...values.peers.split(",")];
  return {
    ...values,
    effort: { ...effort, rounds: values.rounds === undefined ? effort.rounds : wholeNumber(values.rounds) },
    cases: named(CASES, values.only?.split(","), "case"),
    peers: named(PEERS, peers, "peer"),
  };
}

/**
 * @template {{ readonly name: string }} T
 * @param {readonly T[]} all
 * @param {readonly string[] | undefined} wanted
 * @param {string} kind
 */
function named(all, wanted, kind) {
  const unknown = wanted?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new Error(`no ${kind} ${JSON.stringify(unknown)}; there are ${all.map(({ name }) => name).join(", ")}`);
  }
  return all.filter(({ name }) => wanted === undefined || wanted.includes(name));
}

/** @param {string} text */
function wholeNumber(text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`--rounds must be a whole number from 1; received ${text}`);
  return number;
}
