import { ledger } from "./ledger-here.mjs";

/** Says who dies of what, right before it happens. @param {string} kind */
function announce(kind) {
  ledger("death", { kind, pid: process.pid, isolate: process.env.CHAOS_ISOLATE });
}

const never = () => new Promise(() => {});

/** @param {string} kind @param {number} code */
export function exit(kind, code) {
  announce(kind);
  process.exit(code);
}

/** @param {string} kind */
export function throwOutside(kind) {
  setImmediate(() => {
    announce(kind);
    throw new Error("thrown outside of every call");
  });
  return never();
}

/** @param {string} kind */
export function rejectUnhandled(kind) {
  announce(kind);
  Promise.reject(new Error("a rejection that nobody handles"));
  return never();
}

/** @param {string} kind @param {NodeJS.Signals} signal */
export function killSelf(kind, signal) {
  announce(kind);
  process.kill(process.pid, signal);
  return never();
}

/** @param {string} kind */
export function abort(kind) {
  announce(kind);
  process.abort();
}

/** @param {string} kind */
export function exhaustHeap(kind) {
  announce(kind);
  const kept = [];
  for (;;) kept.push(new Array(1_000).fill(Math.random()));
}

/** Keeps the event loop for ever. @param {string} kind */
export function block(kind) {
  announce(kind);
  for (;;);
}
