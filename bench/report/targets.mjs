import { BARE_HANDLER } from "../cases/unary-invoke.mjs";
import { ratioTo } from "../measure/series.mjs";
import { OURS } from "../peers/index.mjs";
import { formatRatio, formatSpread } from "./format.mjs";
import { titleOf } from "./titles.mjs";

/**
 * What we set out to reach. The ratio is our figure over the peer's where more is better, and the peer's over ours
 * where less is better; `atMost` is for latencies, where it is ours over the peer's.
 *
 * @typedef {object} Target
 * @property {string} what
 * @property {string} case
 * @property {string} variant
 * @property {string} unit
 * @property {string} peer
 * @property {number} [atLeast]
 * @property {number} [atMost]
 */

/** @param {number} concurrency @param {string} peer @param {number} atLeast @returns {Target} */
function calls(concurrency, peer, atLeast) {
  const what = `small calls, concurrency ${concurrency}`;
  return { what, case: "small-calls", variant: `concurrency ${concurrency}`, unit: "calls/s", peer, atLeast };
}

/** @param {string} peer @param {number} atMost @returns {Target} */
function latency(peer, atMost) {
  return { what: "latency of a lone call, p50", case: "lone-call", variant: "p50", unit: "µs", peer, atMost };
}

/** @param {string} variant @param {string} peer @param {number} atLeast @returns {Target} */
function echo(variant, peer, atLeast) {
  return { what: `echo of ${variant}`, case: "echo-bytes", variant, unit: "ms", peer, atLeast };
}

/** @type {readonly Target[]} */
export const TARGETS = [
  calls(8, "fork-json", 1),
  calls(64, "fork-json", 1.5),
  calls(256, "fork-json", 3),
  calls(1024, "fork-json", 5),
  calls(64, "workerpool", 30),
  calls(64, "jest-worker", 30),
  calls(64, "tinypool", 30),
  calls(64, "piscina", 4),
  latency("fork-json", 1.1),
  latency("unix-socket", 1.3),
  echo("1 MiB", "fork-advanced", 1.2),
  echo("16 MiB", "fork-advanced", 4),
  echo("16 MiB", "unix-socket", 1),
  {
    what: "stream of small items",
    case: "stream-items",
    variant: "one stream",
    unit: "items/s",
    peer: "fork-json",
    atLeast: 2,
  },
  {
    what: "unary Invoke, concurrency 64",
    case: "unary-invoke",
    variant: "concurrency 64",
    unit: "calls/s",
    peer: BARE_HANDLER,
    atLeast: 0.8,
  },
];

/** @param {readonly import("../measure/series.mjs").Series[]} all */
export function judgeTargets(all) {
  return TARGETS.flatMap((target) => {
    const series = all.find(
      (one) => one.case === target.case && one.variant === target.variant && one.unit === target.unit,
    );
    if (series === undefined) return [];
    const inverted = series.better === "lower" && target.atLeast !== undefined;
    const ratio = inverted ? ratioTo(series, target.peer, OURS) : ratioTo(series, OURS, target.peer);
    if (ratio === undefined) return [];
    const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } = target;
    return [{ target, ratio, reached: ratio.median >= atLeast && ratio.median <= atMost }];
  });
}

/** @param {ReturnType<typeof judgeTargets>} judged */
export function targetRows(judged) {
  const head = ["target", "against", "to reach", "measured", ""];
  const rows = judged.map(({ target: { what, peer, atLeast, atMost }, ratio, reached }) => {
    const bound = atLeast === undefined ? `≤ ${formatRatio(atMost ?? 0)}` : `≥ ${formatRatio(atLeast)}`;
    return [what, titleOf(peer), bound, formatSpread(ratio), reached ? "reached" : "NOT reached"];
  });
  return [head, ...rows];
}
