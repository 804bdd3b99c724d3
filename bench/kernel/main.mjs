// npm run bench:kernel [-- --rounds n]: the kernel beside its peers, as ratios of one run.
import { parseArgs } from "node:util";
import { toTable } from "../../chaos/table.mjs";
import { compareCalls } from "./between.mjs";
import { compareDoors } from "./front-door.mjs";
import { compareStarts } from "./start-up.mjs";

/** @typedef {{ what: string, ours: number, peer: string, theirs: number, goal: string }} Row */

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(values.rounds);
process.stdout.write(`Node ${process.version}, medians of ${rounds} rounds, peers measured in turns\n`);
const rows = [...(await compareCalls(rounds)), ...(await compareDoors(rounds)), ...(await compareStarts(rounds))];
const shown = (/** @type {number} */ value) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
const cells = rows.map(({ what, ours, peer, theirs, goal }) => [
  what,
  shown(ours),
  peer,
  shown(theirs),
  `${(ours / theirs).toFixed(2)}×`,
  goal,
]);
process.stdout.write(`${toTable(["what", "process-isolation", "beside", "theirs", "ratio", "goal"], cells)}\n`);
