import { CASES } from "../cases/index.mjs";
import { caseTables, failureLines } from "./case-rows.mjs";
import { judgeTargets, targetRows } from "./targets.mjs";
import { markdownTable, textTable } from "./text-table.mjs";

/** As wide as the terminal, at least as one of the old. */
const WIDTH = Math.max(80, process.stdout.columns ?? 160);

/** @typedef {import("../cases/case.mjs").Case} Case @typedef {import("../measure/series.mjs").Series} Series */

export const LEGEND =
  "Medians. Beside a peer's figure: how many times better process-isolation is (least and greatest of all rounds, " +
  "each a ratio of figures taken right after one another); below 1× the peer wins.";

/** @param {Case} one @param {readonly Series[]} series */
export function caseText(one, series) {
  const tables = caseTables(series).map(({ unit, rows: [head = [], ...body] }) =>
    textTable([[unit, ...head.slice(1)], ...body], WIDTH),
  );
  return [`${one.title}: ${one.work}`, ...tables, ...failureLines(series)].join("\n");
}

/** @param {readonly Series[]} series @returns {string} empty when no case with a target ran */
export function targetsText(series) {
  const judged = judgeTargets(series);
  if (judged.length === 0) return "";
  return `Targets: ratios in this run\n${textTable(targetRows(judged), WIDTH)}`;
}

/** A word of caution when others used the machine. @param {import("./results.mjs").Results} results */
export function cautionText({ machine, load }) {
  if (load.before < 0.5) return "";
  return (
    `Caution: the load was ${load.before} on ${machine.cores} cores before the run began. Where two processes must share ` +
    "a core, what costs processor time looks worse and what waits for a wake-up looks better than on an idle machine."
  );
}

/** What the figures were taken on, in one line. @param {import("./results.mjs").Results} results */
export function machineText({ machine, load, effort, date }) {
  const { node, platform, processor, cores, commit } = machine;
  return (
    `Node ${node}, ${platform}, ${cores} cores (${processor}), commit ${commit}, ${date.slice(0, 10)}, ${effort} run, ` +
    `load ${load.before} before and ${load.after} after`
  );
}

/** The whole run as Markdown. @param {import("./results.mjs").Results} results */
export function toMarkdown(results) {
  const { series } = results;
  const cases = CASES.flatMap((one) => {
    const own = series.filter((each) => each.case === one.name);
    if (own.length === 0) return [];
    const tables = caseTables(own).map(({ unit, rows: [head = [], ...body] }) =>
      markdownTable([[unit, ...head.slice(1)], ...body]),
    );
    return [`## ${one.title}`, `${one.work}.`, ...tables, ...failureLines(own)];
  });
  const judged = judgeTargets(series);
  const targets = judged.length === 0 ? [] : ["## Targets", markdownTable(targetRows(judged))];
  const title = `# Benchmarks on Node ${results.machine.node.slice(1)}`;
  const caution = cautionText(results);
  return `${[title, `${machineText(results)}.`, ...(caution === "" ? [] : [caution]), LEGEND, ...targets, ...cases].join("\n\n")}\n`;
}
