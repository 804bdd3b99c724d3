import { toTable } from "../chaos/table.mjs";
import { isIn } from "./choose.mjs";

/** @typedef {import("./try-mutant.mjs").Trial} Trial */

const HEAD = ["room", "mutants", "noticed", "of them by a timeout", "survived", "unreached", "score, %"];

/** @param {readonly Trial[]} trials @param {readonly string[]} rooms */
export function toReport(trials, rooms) {
  const rows = rooms.map((room) =>
    toRow(
      room,
      trials.filter(({ file }) => isIn(file, room)),
    ),
  );
  return toTable(HEAD, [...rows, toRow("all", trials)]);
}

/** The share that was noticed, in percent. @param {readonly Trial[]} trials */
export function scoreOf(trials) {
  return trials.length === 0 ? 100 : (100 * trials.filter(isNoticed).length) / trials.length;
}

/** One change, for people. @param {Trial} trial */
export function describe({ file, line, kind, before, after, fate, ms }) {
  const short = (/** @type {string} */ text) => text.replace(/\s+/g, " ").slice(0, 100);
  return `${fate.padEnd(9)} ${(ms / 1000).toFixed(0).padStart(4)} s  ${file}:${line} ${kind}\n    - ${short(before)}\n    + ${short(after)}`;
}

/** @param {string} name @param {readonly Trial[]} trials */
function toRow(name, trials) {
  const count = (/** @type {Trial["fate"]} */ wanted) => trials.filter(({ fate }) => fate === wanted).length;
  const noticed = trials.filter(isNoticed).length;
  return [
    name,
    trials.length,
    noticed,
    count("timeout"),
    count("survived"),
    count("unreached"),
    Number(scoreOf(trials).toFixed(1)),
  ];
}

/** @param {Trial} trial */
function isNoticed({ fate }) {
  return fate === "noticed" || fate === "timeout";
}
