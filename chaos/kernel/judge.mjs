import { USES } from "./graph.mjs";

/** What a call may fail with when processes on its way die. */
const EXPECTED = new Set(["CRASHED", "STOPPED"]);

/**
 * What goes against the promises: calls that are not settled, lost, run twice, answered wrongly, or granted wrongly.
 * @param {readonly import("./traffic.mjs").Call[]} calls
 * @param {readonly string[]} witness a line for each time that an isolate ran a part of a call
 */
export function judge(calls, witness) {
  /** @type {Map<string, Map<string, number>>} */
  const runs = new Map();
  for (const line of witness) {
    const [id = "", name = ""] = line.split(" ");
    const own = runs.get(id) ?? new Map();
    runs.set(id, own.set(name, (own.get(name) ?? 0) + 1));
  }
  return calls.flatMap((call) => {
    const what = problemOf(call, runs.get(call.id) ?? new Map());
    return what === undefined ? [] : [`call ${call.id}, ${call.kind} ${call.path.join(" → ")}: ${what}`];
  });
}

/** @param {import("./traffic.mjs").Call} call @param {ReadonlyMap<string, number>} runs by isolate */
function problemOf(call, runs) {
  const { kind, path, idempotent, outcome, value, code } = call;
  if (outcome === undefined) return "never settled";
  const twice = idempotent ? undefined : [...runs].find(([, times]) => times > 1);
  if (twice !== undefined) return `ran ${twice[1]} times in ${twice[0]}`;
  if (outcome === "rejected") return EXPECTED.has(code ?? "") ? undefined : `failed with ${code}: ${call.message}`;
  if (kind === "trespass") return judgeTrespass(path, value, runs);
  const missing = path.find((name) => !runs.has(name));
  if (missing !== undefined) return `resolved, and ${missing} never ran it`;
  if (kind === "count") return value === 200 ? undefined : `${value} of 200 items came in order`;
  return String(value) === String(path) ? undefined : `resolved with ${String(value)}`;
}

/** @param {readonly string[]} path @param {unknown} value @param {ReadonlyMap<string, number>} runs */
function judgeTrespass([from = "", to = ""], value, runs) {
  if (/** @type {Record<string, readonly string[]>} */ (USES)[from]?.includes(to)) throw new Error("no trespass");
  if (runs.size > 0) return `ran in ${[...runs.keys()].join(", ")}, which nobody had granted`;
  return value === "NOT_GRANTED" ? undefined : `was answered with ${String(value)}`;
}
