/**
 * What a run leaves behind.
 * @typedef {object} Results
 * @property {1} version of this form
 * @property {string} date
 * @property {"quick" | "full"} effort
 * @property {ReturnType<typeof import("./machine.mjs").describeMachine>} machine
 * @property {{ before: number, after: number }} load of the last minute; what ran beside us shows here
 * @property {import("../measure/series.mjs").Series[]} series
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** @param {string} path @param {Results} results */
export function writeResults(path, results) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, rounded, 1).replace(/\[\s+([^[\]{}"]+?)\s+\]/g, inOneLine)}\n`);
}

/** @param {string} path @returns {Results} */
export function readResults(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Five digits are more than a benchmark knows. @param {string} _key @param {unknown} value */
function rounded(_key, value) {
  return typeof value === "number" ? Number(value.toPrecision(5)) : value;
}

/** @param {string} _match @param {string} numbers */
function inOneLine(_match, numbers) {
  return `[${numbers.replace(/\s+/g, " ")}]`;
}
