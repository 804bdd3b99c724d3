import { readFileSync } from "node:fs";

/**
 * What the ledger holds of one call; the numbers are places in the ledger.
 * @typedef {object} CallStory
 * @property {string} key
 * @property {string} kind
 * @property {string} isolate
 * @property {number} at when it was made, in milliseconds since the epoch
 * @property {{ attempt: number, pid: number, place: number }[]} runs
 * @property {number} yielded
 * @property {Map<number, number>} answered how often each callback was answered
 * @property {Set<number>} asked which callbacks' answers the callee had
 * @property {({ how: string, place: number, at: number } & Record<string, unknown>)[]} ends
 *
 * @typedef {object} Episode
 * @property {CallStory[]} calls
 * @property {Map<string, Record<string, unknown>>} isolates
 * @property {Map<number, string[]>} deaths what each process died of
 * @property {Map<string, number>} stopping where the stop of each isolate stands
 * @property {import("./ledger.mjs").LedgerRecord[]} disturbances
 * @property {import("./ledger.mjs").LedgerRecord[]} events
 * @property {string[]} violations what the host itself found, and what cannot be read
 * @property {number} lastAt
 */

/** @param {string} path @returns {Episode} */
export function readLedger(path) {
  /** @type {Map<string, CallStory>} */
  const calls = new Map();
  /** @type {Episode} */
  const episode = {
    calls: [],
    isolates: new Map(),
    deaths: new Map(),
    stopping: new Map(),
    disturbances: [],
    events: [],
    violations: [],
    lastAt: 0,
  };
  const lines = readFileSync(path, "utf8").split("\n");
  if (lines.pop() !== "") episode.violations.push("the last record of the ledger is torn");
  for (const [place, line] of lines.entries()) {
    const record = parse(line);
    if (record === undefined) episode.violations.push(`record ${place} of the ledger is torn: ${line.slice(0, 200)}`);
    else {
      episode.lastAt = Math.max(episode.lastAt, record.at);
      if (typeof record.key === "string") addToCall(calls, record.key, record, place);
      else addToEpisode(episode, record, place);
    }
  }
  episode.calls = [...calls.values()];
  return episode;
}

/** @param {string} line @returns {import("./ledger.mjs").LedgerRecord | undefined} */
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** @param {Map<string, CallStory>} calls @param {string} key @param {import("./ledger.mjs").LedgerRecord} record @param {number} place */
function addToCall(calls, key, { about, at, ...fields }, place) {
  const call = calls.get(key) ?? startCall(calls, key);
  const { kind, isolate, attempt, pid, number, how } =
    /** @type {{ kind: string, isolate: string, attempt: number, pid: number, number: number, how: string }} */ (
      /** @type {unknown} */ (fields)
    );
  if (about === "call") Object.assign(call, { kind, isolate, at });
  else if (about === "run") call.runs.push({ attempt, pid, place });
  else if (about === "yield") call.yielded += 1;
  else if (about === "answered") call.answered.set(number, (call.answered.get(number) ?? 0) + 1);
  else if (about === "asked") call.asked.add(number);
  else if (about === "end") call.ends.push({ ...fields, how, place, at });
}

/** @param {Map<string, CallStory>} calls @param {string} key @returns {CallStory} */
function startCall(calls, key) {
  const call = {
    key,
    kind: "never made",
    isolate: "",
    at: 0,
    runs: [],
    yielded: 0,
    answered: new Map(),
    asked: new Set(),
    ends: [],
  };
  calls.set(key, call);
  return call;
}

/** @param {Episode} episode @param {import("./ledger.mjs").LedgerRecord} record @param {number} place */
function addToEpisode(episode, record, place) {
  const { isolate, pid, kind } = /** @type {{ isolate: string, pid: number, kind: string }} */ (
    /** @type {unknown} */ (record)
  );
  if (record.about === "isolate") episode.isolates.set(isolate, record);
  else if (record.about === "death") episode.deaths.set(pid, [...(episode.deaths.get(pid) ?? []), kind]);
  else if (record.about === "stopping") episode.stopping.set(isolate, place);
  else if (record.about === "disturbance") episode.disturbances.push(record);
  else if (record.about === "event") episode.events.push(record);
  else if (record.about === "violation") episode.violations.push(String(record.what));
}
