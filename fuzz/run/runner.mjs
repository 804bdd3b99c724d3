// One target in a process of its own, which is the host that must not crash. Started by supervise.mjs.
import { closeSync, openSync, writeSync, writevSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Amplification } from "../amplify/climber.mjs";
import { TARGETS } from "../targets/index.mjs";
import { caseRandom } from "./case-random.mjs";

/** @typedef {{ target: string, seed: number, from: number, inputs: number, state: string }} Order */
/**
 * @typedef {{ kind: "progress", cases: number, inputs: number, accepted: number, refused: number }} Progress
 * @typedef {{ kind: "violation", number: number, isCrash: boolean, what: string, input?: string }} Violation
 * @typedef {{ kind: "worst", worst: import("../amplify/climber.mjs").Worst }} Worst
 * @typedef {{ kind: "done", growthBytes: number }} Done
 */

const REPORT_MS = 500;
/** Of the inputs: after those everything that is made once has been made. */
const WARM_UP = 0.2;
/** Spent on cases that go wrong: then the target is left, most of which would go wrong in the same way. */
const MOST_WRONG_MS = 30_000;

/** @type {Order} */
const order = JSON.parse(String(process.argv[2]));
const target = TARGETS.find(({ name }) => name === order.target);
if (target === undefined) throw new Error(`there is no target ${order.target}`);

// Most inputs end in an error, and most of what an error costs is its stack.
Error.stackTraceLimit = 5;
const state = openSync(order.state, "w");
const number = Buffer.alloc(8);
let current = order.from;
let reportedAt = performance.now();
let baseline = 0;
let wrongMs = 0;
const total = { kind: /** @type {const} */ ("progress"), cases: 0, inputs: 0, accepted: 0, refused: 0 };

for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.on(event, (error) => violate(error, true));
}

const input = openSync(`${order.state}.input`, "w");
const length = Buffer.alloc(4);
const fuzzer = await target.open((bytes) => {
  length.writeUInt32LE(bytes.length);
  writevSync(input, [length, bytes], 0);
});
for (; total.inputs < order.inputs && wrongMs < MOST_WRONG_MS; current += 1) {
  number.writeDoubleLE(current);
  writeSync(state, number, 0, 8, 0);
  const random = caseRandom(order.seed, target.name, current);
  const inputs = fuzzer.make(random);
  const startedAt = performance.now();
  try {
    const { accepted, refused } = await fuzzer.run(inputs, random);
    total.accepted += accepted;
    total.refused += refused;
    total.inputs += inputs.length === 0 ? accepted + refused : inputs.length;
  } catch (error) {
    violate(error, false);
    total.inputs += inputs.length === 0 ? 1 : inputs.length;
    wrongMs += performance.now() - startedAt;
  }
  total.cases += 1;
  if (baseline === 0 && total.inputs >= WARM_UP * order.inputs) baseline = await heapUsed();
  if (performance.now() - reportedAt > REPORT_MS) {
    reportedAt = performance.now();
    // A turn of the event loop: garbage that finalizers know of goes, and the message leaves.
    await new Promise((resolve) => setImmediate(resolve));
    tell();
  }
}
const growthBytes = (await heapUsed()) - baseline;
await fuzzer.close?.();
closeSync(state);
closeSync(input);
tell();
process.send?.({ kind: "done", growthBytes }, () => process.disconnect());

function tell() {
  process.send?.(total);
  const worst = fuzzer.worst?.();
  if (worst !== undefined) process.send?.({ kind: "worst", worst });
}

/** @param {unknown} error @param {boolean} isCrash whether nobody could have caught it */
function violate(error, isCrash) {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const made = error instanceof Amplification ? { input: error.input.toString("hex") } : {};
  process.send?.({ kind: "violation", number: current, isCrash, what, ...made });
}

async function heapUsed() {
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc?.();
    await sleep(10);
  }
  return process.memoryUsage().heapUsed;
}
