// The bombs, on the package as it is built. `npm run bombs` (scripts/bombs.mjs) builds first.

import { toTable } from "../table.mjs";
import { BOMBS, HELD_BY_CGROUPS } from "./bombs.mjs";
import { CONTAINMENT_HEAD, contain } from "./contain.mjs";
import { allowCgroups, HAS_CGROUPS } from "./machinery.mjs";
import { measureNeighbour, NEIGHBOUR_HEAD } from "./neighbour.mjs";
import { readOptions, USAGE } from "./options.mjs";
import { measureProcessorLimits, PROCESSOR_HEAD } from "./processor-limit.mjs";

/** With all that the machine offers, and then as if nobody could make cgroups. */
const MACHINES = HAS_CGROUPS ? [true, false] : [false];

/** @param {string} title @param {readonly string[]} head @param {readonly (readonly (string | number)[])[]} rows */
function print(title, head, rows) {
  if (rows.length > 0) process.stdout.write(`\n${title}\n\n${toTable(head, rows)}\n`);
}

/** @param {import("./options.mjs").Options} options @returns {Promise<string[]>} what was missed */
async function run({ times, rounds, seconds, wants }) {
  const missed = [];
  const bombs = BOMBS.filter(({ name }) => wants(name));
  const contained = [];
  const shares = [];
  for (const withCgroups of MACHINES) {
    allowCgroups(withCgroups);
    for (const bomb of bombs) {
      if (withCgroups !== MACHINES[0] && !HELD_BY_CGROUPS.has(bomb.limit)) continue;
      const { row, wrongs } = await contain(bomb, times);
      process.stdout.write(`${row.join(", ")}\n`);
      contained.push(row);
      missed.push(...wrongs);
    }
    if (!wants("cpu")) continue;
    const { rows, wrongs } = await measureProcessorLimits(seconds);
    shares.push(...rows);
    missed.push(...wrongs);
  }
  print("Bombs inside their limits", CONTAINMENT_HEAD, contained);
  print("Processor limits", PROCESSOR_HEAD, shares);
  if (wants("neighbour")) {
    allowCgroups(HAS_CGROUPS);
    const slowed = [];
    for (const bomb of BOMBS) {
      const { row, wrongs } = await measureNeighbour(bomb, rounds);
      slowed.push(row);
      missed.push(...wrongs);
    }
    print("A neighbour's call, without and beside a bomb that has one processor", NEIGHBOUR_HEAD, slowed);
  }
  return missed;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else {
    process.stdout.write(`Node ${process.version}\n`);
    const missed = await run(options);
    process.stdout.write(`\n${missed.map((text) => `${text}\n`).join("")}targets missed: ${missed.length}\n`);
    if (missed.length > 0) process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
}
