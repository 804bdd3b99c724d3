import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CASES } from "../cases/index.mjs";
import { barChart } from "./bar-chart.mjs";
import { lineChart } from "./line-chart.mjs";

/**
 * Draws one chart for each case of a run.
 * @param {import("../report/results.mjs").Results} results
 * @param {string} folder
 * @param {string} suffix of the file names
 * @returns {string[]} the files written
 */
export function drawCharts({ series, machine }, folder, suffix) {
  mkdirSync(folder, { recursive: true });
  return CASES.flatMap(({ name, title, work, chart }) => {
    const own = series.filter((one) => one.case === name);
    const inLine = own.filter(({ x }) => x !== undefined);
    if (own.length === 0) return [];
    const path = join(folder, `${name}-${suffix}.svg`);
    const subtitle = (/** @type {string} */ unit) =>
      `${unit}Node ${machine.node}, ${machine.platform}, ${machine.cores} cores`;
    const drawn =
      chart === "lines"
        ? lineChart(title, subtitle(`${inLine[0]?.unit}, more is better. `), inLine)
        : barChart(title, subtitle(""), own);
    writeFileSync(path, drawn.replace("</title>", `</title>\n<desc>${work.replace(/[<>&]/g, "")}</desc>`));
    return [path];
  });
}
