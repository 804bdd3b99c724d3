import { median } from "../measure/statistics.mjs";
import { OURS } from "../peers/index.mjs";
import { formatFigure } from "../report/format.mjs";
import { titleOf } from "../report/titles.mjs";
import { element, picture, round, text } from "./svg.mjs";
import { COLOURS } from "./theme.mjs";

const WIDTH = 860;
const HEIGHT = 460;
const AREA = { left: 80, right: 610, top: 84, bottom: 410 };

/**
 * Figures over a condition that is a number, both logarithmic.
 * @param {string} title
 * @param {string} subtitle
 * @param {readonly import("../measure/series.mjs").Series[]} series of one unit, each with `x`
 */
export function lineChart(title, subtitle, series) {
  const points = series.flatMap(({ x = 1, samples }) =>
    Object.entries(samples)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => ({ name, x, y: median(values) })),
  );
  const toX = logScale(
    points.map(({ x }) => x),
    AREA.left,
    AREA.right,
  );
  const decades = decadesOf(points.map(({ y }) => y));
  const toY = logScale(decades, AREA.bottom, AREA.top);
  const names = [...new Set(points.map(({ name }) => name))];
  // Ours is drawn last, above the others.
  const lines = [...names.filter((name) => name !== OURS), ...names.filter((name) => name === OURS)].map((name) =>
    lineOf(
      name,
      points.filter((point) => point.name === name),
      toX,
      toY,
    ),
  );
  return picture(WIDTH, HEIGHT, title, [
    text(24, 34, title, { class: "title" }),
    text(24, 56, subtitle, { class: "quiet" }),
    ...decades.map((value) => horizontal(toY(value), formatFigure(value))),
    ...series.map(({ x = 1, variant }) =>
      text(toX(x), AREA.bottom + 24, shortLabel(variant), { class: "quiet", "text-anchor": "middle" }),
    ),
    ...lines,
    ...labels(names.map((name) => ({ name, y: toY(lastOf(points, name)) }))),
  ]);
}

/** @param {string} name @param {{ x: number, y: number }[]} points @param {(x: number) => number} toX @param {(y: number) => number} toY */
function lineOf(name, points, toX, toY) {
  const stroke = COLOURS[name] ?? "#7f7f7f";
  const path = points.map(({ x, y }) => `${round(toX(x))},${round(toY(y))}`).join(" ");
  const dots = points.map(({ x, y }) =>
    element("circle", { cx: round(toX(x)), cy: round(toY(y)), r: name === OURS ? 5 : 3, fill: stroke }),
  );
  return [element("polyline", { class: name === OURS ? "line ours" : "line", points: path, stroke }), ...dots].join("");
}

/** Names at the ends of their lines, moved apart where they would overlap. @param {{ name: string, y: number }[]} ends */
function labels(ends) {
  const gap = 18;
  const sorted = [...ends].sort((a, b) => a.y - b.y);
  let previous = AREA.top - gap;
  const placed = sorted.map(({ name, y }) => {
    previous = Math.max(y, previous + gap);
    return { name, y: previous };
  });
  const surplus = Math.max(0, previous - AREA.bottom);
  return placed.map(({ name, y }) => {
    const colour = COLOURS[name] ?? "#7f7f7f";
    const at = y - surplus;
    const mark = element("rect", { x: AREA.right + 16, y: round(at - 5), width: 10, height: 10, rx: 2, fill: colour });
    return mark + text(AREA.right + 32, at + 4, titleOf(name), name === OURS ? { class: "strong" } : {});
  });
}

/** Without the word that all labels share: the title says it. @param {string} variant */
function shortLabel(variant) {
  return variant.replace(/^[a-z]+ (?=\d)/, "");
}

/** @param {number} y @param {string} label */
function horizontal(y, label) {
  const line = { class: "grid", x1: AREA.left, x2: AREA.right, y1: round(y), y2: round(y) };
  return element("line", line) + text(AREA.left - 10, y + 4, label, { class: "quiet", "text-anchor": "end" });
}

/** @param {{ name: string, y: number }[]} points @param {string} name */
function lastOf(points, name) {
  return points.filter((point) => point.name === name).at(-1)?.y ?? 1;
}

/** The powers of ten around the values. @param {readonly number[]} values */
function decadesOf(values) {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: Math.max(2, last - first + 1) }, (_, index) => 10 ** (first + index));
}

/** @param {readonly number[]} values @param {number} from @param {number} to */
function logScale(values, from, to) {
  const low = Math.log(Math.min(...values));
  const span = Math.log(Math.max(...values)) - low || 1;
  return (/** @type {number} */ value) => from + ((Math.log(value) - low) / span) * (to - from);
}
