import { advantageOver } from "../measure/series.mjs";
import { median } from "../measure/statistics.mjs";
import { OURS } from "../peers/index.mjs";
import { formatFigure, formatSpread } from "./format.mjs";
import { titleOf } from "./titles.mjs";

/** @typedef {import("../measure/series.mjs").Series} Series */

/**
 * One table for each unit of a case: a row for each peer, a column for each condition.
 * @param {readonly Series[]} all the series of one case
 * @returns {{ unit: string, rows: string[][] }[]}
 */
export function caseTables(all) {
  const units = [...new Set(all.map(({ unit }) => unit))];
  return units.map((unit) => {
    const series = all.filter((one) => one.unit === unit);
    const names = [
      ...new Set(series.flatMap(({ samples, failures }) => [...Object.keys(samples), ...Object.keys(failures)])),
    ];
    const head = ["", ...series.map(({ variant }) => variant)];
    return { unit, rows: [head, ...names.map((name) => [titleOf(name), ...series.map((one) => cell(one, name))])] };
  });
}

/** The median, and how many times better we are. @param {Series} series @param {string} name */
function cell(series, name) {
  if (name in series.failures) return "failed";
  const samples = series.samples[name];
  if (samples === undefined || samples.length === 0) return "–";
  const figure = formatFigure(median(samples));
  const advantage = name === OURS ? undefined : advantageOver(series, OURS, name);
  return advantage === undefined ? figure : `${figure} · ${formatSpread(advantage)}`;
}

/** @param {readonly Series[]} all @returns {string[]} what failed, and why */
export function failureLines(all) {
  const lines = all.flatMap(({ failures, case: name, variant }) =>
    Object.entries(failures).map(([peer, why]) => `${titleOf(peer)} failed in ${name}, ${variant}: ${why}`),
  );
  return [...new Set(lines)];
}
