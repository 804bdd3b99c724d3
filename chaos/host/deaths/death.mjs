import { childrenOf, environmentOf } from "../../watch/processes.mjs";

/**
 * One way to die. `strike` resolves when it has happened, as far as that can be seen.
 * @typedef {object} Death
 * @property {string} name
 * @property {number} weight
 * @property {(subject: Subject) => boolean} [fits] whether this isolate can die of it
 * @property {(subject: Subject) => Promise<unknown>} strike
 *
 * @typedef {import("../isolates.mjs").Subject} Subject
 */

/** Longer than any death that is noticed at all: a frozen process is replaced after five seconds. */
const PATIENCE_MS = 20_000;

/** @param {number} ms @returns {Promise<void>} */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Sends a signal to the present process of an isolate, after writing down that it dies of it; resolves when the isolator
 * has noticed. False when there is no process at the moment.
 * @param {Subject} subject @param {string} kind @param {NodeJS.Signals} [signal]
 */
export async function killPresent({ name, isolator, ledger }, kind, signal = "SIGKILL") {
  const { pid, state } = isolator;
  if (state !== "ready") return false;
  const gone = exitOf(isolator, pid, ledger, kind);
  killAs(ledger, { kind, isolate: name, pid }, signal);
  await gone;
  return true;
}

/**
 * @param {import("../../ledger/ledger.mjs").Ledger} ledger
 * @param {{ kind: string, isolate: string, pid: number }} death
 * @param {NodeJS.Signals} [signal]
 */
export function killAs(ledger, death, signal = "SIGKILL") {
  ledger("death", death);
  try {
    process.kill(death.pid, signal);
  } catch {
    // Gone meanwhile.
  }
}

/** The processes of the isolate beside its present one: spares, those that start, those that retire. @param {Subject} subject */
export function othersOf({ name, isolator }) {
  return childrenOf(process.pid)
    .map(({ pid }) => pid)
    .filter((pid) => pid !== isolator.pid && environmentOf(pid).includes(`CHAOS_ISOLATE=${name}\0`));
}

/**
 * Resolves when the isolator says that the process is gone; that it never does is a violation.
 * @param {import("process-isolation").ProcessIsolator} isolator
 * @param {number} pid @param {import("../../ledger/ledger.mjs").Ledger} ledger @param {string} kind
 * @returns {Promise<void>}
 */
function exitOf(isolator, pid, ledger, kind) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      isolator.events.off("exited", onExited);
      resolve();
    };
    const onExited = (/** @type {{ pid: number }} */ event) => event.pid === pid && done();
    const timer = setTimeout(() => {
      ledger("violation", {
        what: `${isolator.name} did not notice within ${PATIENCE_MS} ms that ${pid} died of ${kind}`,
      });
      done();
    }, PATIENCE_MS);
    isolator.events.on("exited", onExited);
  });
}
