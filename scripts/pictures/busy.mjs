// An isolate that has something to show: it works, writes lines as services do, and dies when it is asked to.
import { use } from "process-isolation/pihost";

/** @type {Buffer[]} */
const kept = [];
let seed = [...(process.env.PICTURE ?? "a")].reduce((sum, one) => sum * 31 + one.charCodeAt(0), 7) % 2_147_483_647;

function random() {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
}

/** Takes that long, about half of it with the processor. @param {number} ms */
export async function work(ms) {
  const end = performance.now() + ms / 2;
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve, (ms / 2) * (0.5 + random())));
  if (random() < 0.3) kept.push(Buffer.alloc(200_000, 1));
  if (kept.length > 60) kept.splice(0, 40);
  return ms;
}

/** Calls another one, as the grant of this one allows. @param {string} target @param {number} ms */
export async function through(target, ms) {
  const other = /** @type {{ work(ms: number): Promise<number> }} */ (use(target));
  return other.work(ms);
}

/** @param {string} line */
export function say(line) {
  console.log(line);
}

/** @param {string} line */
export function complain(line) {
  console.error(line);
}

/** @param {number} lines written at once */
export function flood(lines) {
  for (let line = 0; line < lines; line += 1) console.log(`line ${line} of ${lines}: ${"x".repeat(40 + (line % 60))}`);
}

export function segfault() {
  process.kill(process.pid, "SIGSEGV");
}

export function fail() {
  setImmediate(() => {
    throw new RangeError("the ledger has no account 4711");
  });
}

export function fillMemory() {
  /** @type {unknown[]} */
  const much = [];
  for (;;) much.push(new Array(100_000).fill(much.length));
}
