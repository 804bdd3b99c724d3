import { median } from "../measure/statistics.mjs";
import { OURS } from "../peers/index.mjs";
import { formatFigure } from "../report/format.mjs";
import { titleOf } from "../report/titles.mjs";
import { element, picture, round, text } from "./svg.mjs";

const WIDTH = 820;
const NAMES = 230;
const LONGEST = 460;
const ROW = 26;

/**
 * Bars from zero, one group for each condition.
 * @param {string} title
 * @param {string} subtitle
 * @param {readonly import("../measure/series.mjs").Series[]} series
 */
export function barChart(title, subtitle, series) {
  const content = [text(24, 34, title, { class: "title" }), text(24, 56, subtitle, { class: "quiet" })];
  let y = 76;
  for (const one of series) {
    const bars = Object.entries(one.samples).filter(([, values]) => values.length > 0);
    if (bars.length === 0) continue;
    content.push(text(24, y + 16, `${one.variant} (${one.unit}, ${one.better} is better)`, { class: "quiet" }));
    y += ROW;
    const greatest = Math.max(...bars.map(([, values]) => median(values)));
    for (const [name, values] of bars) {
      content.push(bar(name, median(values), greatest, y));
      y += ROW;
    }
    y += 12;
  }
  return picture(WIDTH, y + 12, title, content);
}

/** @param {string} name @param {number} value @param {number} greatest @param {number} y */
function bar(name, value, greatest, y) {
  const isOurs = name === OURS;
  const width = Math.max(1, round((Math.max(0, value) / greatest) * LONGEST));
  const strong = isOurs ? { class: "strong" } : {};
  return [
    text(NAMES - 12, y + 15, titleOf(name), { ...strong, "text-anchor": "end" }),
    element("rect", { class: isOurs ? "bar-ours" : "bar", x: NAMES, y: y + 3, width, height: ROW - 8, rx: 3 }),
    text(NAMES + width + 8, y + 15, formatFigure(value), strong),
  ].join("");
}
