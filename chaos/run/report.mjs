import { DEATHS } from "../host/deaths/index.mjs";
import { toTable } from "../table.mjs";

/** What happens to processes beside the deaths that are drawn. */
const OTHER_DEATHS = ["kill during first start", "first start cancelled", "kill during shutdown"];

/** The tables of a run. @param {import("./tally.mjs").Tally} tally */
export function toReport(tally) {
  return [deaths(tally), calls(tally), endings(tally), figures(tally)].join("\n\n");
}

/** @param {import("./tally.mjs").Tally} tally */
function deaths({ deaths }) {
  const rows = deaths.names.sort((a, b) => deaths.get(b) - deaths.get(a)).map((name) => [name, deaths.get(name)]);
  return toTable(["died of", "processes"], [...rows, ["all", deaths.total]]);
}

/** @param {import("./tally.mjs").Tally} tally */
function calls({ calls }) {
  const outcomes = [...new Set([...calls.values()].flatMap(({ names }) => names))].sort();
  const first = outcomes.filter((name) => name === "resolved");
  const columns = [...first, ...outcomes.filter((name) => name !== "resolved")];
  const rows = [...calls].sort(([, a], [, b]) => b.total - a.total);
  return toTable(
    ["calls", ...columns],
    rows.map(([kind, counts]) => [kind, ...columns.map((name) => counts.get(name))]),
  );
}

/** @param {import("./tally.mjs").Tally} tally */
function endings({ endings, slowestMs }) {
  const rows = endings.names.map((name) => [name, endings.get(name), Math.round(slowestMs.get(name) ?? 0)]);
  return toTable(["the host ended by", "times", "nothing left after at most, ms"], rows);
}

/** @param {import("./tally.mjs").Tally} tally */
function figures({ deaths, killed, events, disturbances, calls, replayed, violations, endings }) {
  const made = [...calls.values()].reduce((sum, counts) => sum + counts.total, 0);
  const of = (/** @type {import("./tally.mjs").Counts} */ counts) =>
    counts.names.map((name) => `${name} ${counts.get(name)}`).join(", ");
  return [
    `${killed} processes killed, ${endings.total} hosts, ${made} calls, ${replayed} replayed`,
    `events: ${of(events)}`,
    `broken beside that: ${of(disturbances) || "nothing"}`,
    `never happened: ${absent({ deaths, disturbances }).join(", ") || "nothing"}`,
    `violations: ${violations.length}`,
  ].join("\n");
}

/** Deaths that chance has left out, or that are impossible here. @param {{ deaths: import("./tally.mjs").Counts, disturbances: import("./tally.mjs").Counts }} seen */
function absent({ deaths, disturbances }) {
  const names = [...DEATHS.map(({ name }) => name), ...OTHER_DEATHS];
  return names.filter((name) => deaths.get(name) + disturbances.get(name) === 0);
}
