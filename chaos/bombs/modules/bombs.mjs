// What limits are for. Every bomb is bounded in itself too, for the day that its limit does not hold: then the call
// returns, which none of those that should have been ended does otherwise.
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const MOST_BYTES = 600e6;
const MOST_SLEEPERS = 200;
/** Of the shell that doubles itself: 2 ** 7 shells, each with a child of its own. */
const MOST_DOUBLINGS = 6;
const MOST_DESCRIPTORS = 50_000;
const MOST_MS = 15_000;
/** Longer than the second for which a limit of output counts, so that each flood is told of. */
const FLOOD_MS = 1_200;

const DOUBLE = 'b() { if [ "$1" -gt 0 ]; then b $(($1 - 1)) & b $(($1 - 1)) & fi; sleep 5; }';

export const harmless = () => 1;

/** Fills the JavaScript heap. */
export function heap() {
  const kept = [];
  for (let bytes = 0; bytes < MOST_BYTES; bytes += 8_000) kept.push(new Array(1_000).fill(Math.random()));
  return kept.length;
}

/** Fills memory outside of the JavaScript heap. */
export function buffers() {
  const kept = [];
  for (let bytes = 0; bytes < MOST_BYTES; bytes += 2 ** 20) kept.push(Buffer.alloc(2 ** 20, 1));
  return kept.length;
}

/** A shell that doubles itself, and sleepers beside it until one cannot be started: nobody hears that error. */
export async function forks() {
  spawn("/bin/sh", ["-c", `${DOUBLE}; b ${MOST_DOUBLINGS}`], { stdio: "ignore" });
  for (let count = 0; count < MOST_SLEEPERS; count += 1) {
    spawn("/bin/sleep", ["5"], { stdio: "ignore" });
    await sleep(1);
  }
  await sleep(MOST_MS);
}

/** Opens files until one cannot be opened, where nobody catches that error; says so a moment before it dies of it. */
export function descriptors() {
  process.once("uncaughtExceptionMonitor", (error) => {
    process.stderr.write(`${error}\n`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
  });
  return new Promise((resolve) => {
    setImmediate(() => {
      const open = Array.from({ length: MOST_DESCRIPTORS }, () => openSync("/dev/null", "r"));
      for (const fd of open) closeSync(fd);
      resolve(open.length);
    });
  });
}

/** Burns processor time. */
export function burn() {
  for (const start = performance.now(); performance.now() - start < MOST_MS; );
}

/** Writes far more than anybody wants to read; tells how much. */
export function flood() {
  const line = `${"x".repeat(999)}\n`;
  let bytes = 0;
  for (const start = performance.now(); performance.now() - start < FLOOD_MS; bytes += line.length) {
    process.stdout.write(line);
  }
  return bytes;
}

/** Burns processor time for a while; tells how many milliseconds of it this process used, and how many passed. */
export function use(/** @type {number} */ ms) {
  const before = process.cpuUsage();
  const start = performance.now();
  while (performance.now() - start < ms);
  const { user, system } = process.cpuUsage(before);
  return { usedMs: (user + system) / 1_000, tookMs: performance.now() - start };
}
