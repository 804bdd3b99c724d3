import { openSync, writeSync } from "node:fs";

/**
 * One fact. Which fields it has depends on what it is about:
 *
 * | about | written by | fields |
 * |---|---|---|
 * | isolate | host | isolate, maxInFlight, isWatched |
 * | call | host | key, kind, isolate |
 * | run | callee, first of all | key, attempt, pid |
 * | yield | callee, before each item of a stream | key, number |
 * | answered | host, in a callback | key, number |
 * | asked | callee, when it has a callback's answer | key, number |
 * | end | host | key, how ("resolved" or an error code), and what is known of it |
 * | death | whoever causes it, right before | kind, isolate, pid |
 * | disturbance | host, right before | kind, isolate |
 * | stopping | host, before a stop is asked for | isolate |
 * | event | host | isolate, name, pid |
 * | violation | host, where only it can see one | what |
 *
 * @typedef {{ about: string, at: number } & Record<string, unknown>} LedgerRecord
 * @typedef {(about: string, fields: Record<string, unknown>) => void} Ledger
 */

/**
 * Opens the file that host and isolated processes alike append to. A record is on its way as soon as the function has
 * returned, however its writer dies next; and since each is one write, their order in the file is the order of events.
 * @param {string} path
 * @returns {Ledger}
 */
export function openLedger(path) {
  const fd = openSync(path, "a");
  return (about, fields) => {
    writeSync(fd, `${JSON.stringify({ about, at: Date.now(), ...fields })}\n`);
  };
}
