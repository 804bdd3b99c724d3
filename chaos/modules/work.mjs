import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { currentCall } from "process-isolation/pihost";
import { ledger } from "./ledger-here.mjs";

/** The first thing that every call does. @param {string} key */
function begin(key) {
  ledger("run", { key, attempt: currentCall()?.attempt ?? 0, pid: process.pid });
}

/** @param {string} key @param {number} ms @param {number} a @param {number} b */
export async function add(key, ms, a, b) {
  begin(key);
  if (ms > 0) await sleep(ms);
  return a + b;
}

/** Keeps the event loop. @param {string} key @param {number} ms */
export function compute(key, ms) {
  begin(key);
  const until = performance.now() + ms;
  let rounds = 0;
  // At least one: whoever is kept from the processor for long finds the time over when he comes to look.
  do rounds += 1;
  while (performance.now() < until);
  return rounds > 0;
}

/** @param {string} key @param {string} message */
export async function fail(key, message) {
  begin(key);
  throw Object.assign(new RangeError(message), { code: "E_CHAOS", key });
}

/** @param {string} key @param {number} items @param {number} ms */
export async function* count(key, items, ms) {
  begin(key);
  for (let number = 0; number < items; number += 1) {
    ledger("yield", { key, number });
    yield { number };
    if (ms > 0) await sleep(ms);
  }
}

/** @param {string} key @param {number} times @param {(number: number) => Promise<number>} double */
export async function ask(key, times, double) {
  begin(key);
  let sum = 0;
  for (let number = 0; number < times; number += 1) {
    sum += await double(number);
    ledger("asked", { key, number });
  }
  return sum;
}

/** Gives back as many bytes as it got, each of them changed, and the hash of what came. @param {string} key @param {Uint8Array} bytes */
export async function flip(key, bytes) {
  begin(key);
  const hash = createHash("sha1").update(bytes).digest("hex");
  const flipped = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index += 1) flipped[index] = ~(/** @type {number} */ (bytes[index]));
  return { hash, flipped };
}

/** Runs until its signal fires: its caller gives it up, or the process is asked to end. @param {string} key */
export async function untilAborted(key) {
  begin(key);
  const signal = currentCall()?.signal;
  await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
  throw signal?.reason;
}

/** @param {string} key @param {string} text */
export function measure(key, text) {
  begin(key);
  return text.length;
}

/** Answers anything at once. @param {string} key */
export function ping(key) {
  begin(key);
  return process.pid;
}
