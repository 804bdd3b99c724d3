import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Kernel } from "process-isolation/kernel";
import { Random } from "../random.mjs";
import { toTable } from "../table.mjs";
import { isAlive, readProcess } from "../watch/processes.mjs";
import { createRunDirectory } from "../watch/run-directory.mjs";
import { killOnAndOn } from "./deaths.mjs";
import { manifest } from "./graph.mjs";
import { judge } from "./judge.mjs";
import { Traffic } from "./traffic.mjs";

const SHOWN_VIOLATIONS = 20;

/**
 * A kernel of eight isolates that call each other, and die.
 * @param {import("../options.mjs").Options} options
 * @returns {Promise<boolean>} whether there was no violation
 */
export async function runKernelChaos({ seed, seconds, deaths: bound, keep }) {
  const random = new Random(seed);
  const directory = createRunDirectory();
  const witness = join(directory.path, "witness");
  const kernel = await Kernel.start(/** @type {any} */ (manifest(witness)));
  let deaths = 0;
  let replaced = 0;
  /** @type {Map<number, import("../watch/processes.mjs").ProcessRecord>} */
  const processes = new Map();
  const follow = (/** @type {number} */ pid) => {
    const record = readProcess(pid);
    if (record !== undefined) processes.set(pid, record);
  };
  for (const { pid } of kernel.list()) follow(pid);
  kernel.events.on("isolate", (event) => {
    if (event.type === "exited") deaths += 1;
    if (event.type === "replaced") replaced += 1;
    if (event.type === "restarted" || event.type === "replaced" || event.type === "recycled") follow(event.pid);
  });
  const traffic = new Traffic(kernel, random.fork());
  traffic.begin();
  const endsAt = performance.now() + seconds * 1_000;
  await killOnAndOn(kernel, random.fork(), () => performance.now() > endsAt || deaths >= bound);
  await traffic.end();
  const list = kernel.list();
  await kernel.shutdown();
  const violations = judge(traffic.calls, readFileSync(witness, "utf8").trimEnd().split("\n"));
  for (const { name, state } of list)
    if (state === "stopped" || state === "failed") violations.push(`${name} was left ${state}`);
  for (const record of processes.values()) if (isAlive(record)) violations.push(`process ${record.pid} is left`);
  report(traffic.calls, { deaths, replaced, violations });
  if (keep || violations.length > 0) process.stdout.write(`witness: ${witness}\n`);
  else directory.remove();
  return violations.length === 0 && deaths > 0;
}

/**
 * @param {readonly import("./traffic.mjs").Call[]} calls
 * @param {{ deaths: number, replaced: number, violations: readonly string[] }} run
 */
function report(calls, { deaths, replaced, violations }) {
  const of = (/** @type {(call: import("./traffic.mjs").Call) => boolean} */ which) => calls.filter(which).length;
  const rows = [
    ["deaths", deaths],
    ["replacements", replaced],
    ["calls", calls.length],
    ["… resolved", of(({ outcome }) => outcome === "resolved")],
    ["… failed because something on their way died", of(({ outcome }) => outcome === "rejected")],
    ["… refused, not granted", of(({ value }) => value === "NOT_GRANTED")],
    ["violations", violations.length],
  ];
  process.stdout.write(`${toTable(["kernel", "count"], rows)}\n`);
  for (const violation of violations.slice(0, SHOWN_VIOLATIONS)) process.stdout.write(`  ${violation}\n`);
}
