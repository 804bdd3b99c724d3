import { isAllowed } from "./outcomes.mjs";

/**
 * A rule looks at one call and says what is wrong with it.
 * @typedef {(call: import("./read-ledger.mjs").CallStory, episode: import("./read-ledger.mjs").Episode & { isAbrupt: boolean }) => string | undefined} Rule
 */

/** A call in flight in three crashes is not tried again. */
const MOST_ATTEMPTS = 3;

/** Longer than any call takes, so long as it is not forgotten: deaths are noticed after five seconds at the latest. */
const FORGOTTEN_MS = 20_000;

/** @param {import("./read-ledger.mjs").CallStory} call */
export const isIdempotent = ({ kind }) => kind.endsWith("idempotent") || kind === "probe";

/** These are answered by the framework, not by a module. @type {ReadonlySet<string>} */
const WITHOUT_RUN = new Set(["data", "status"]);

/** @type {Rule} */
function settlesOnce({ ends, at }, { isAbrupt, lastAt }) {
  if (ends.length === 1) return undefined;
  if (ends.length > 1) return `settled ${ends.length} times`;
  // A host that was killed had calls under way, and they are excused; those that it had forgotten long before are not.
  return isAbrupt && lastAt - at < FORGOTTEN_MS ? undefined : `never settled, ${lastAt - at} ms after it was made`;
}

/** @type {Rule} */
function endsAsItMay(call, episode) {
  const [end] = call.ends;
  return end === undefined || isAllowed(call, end, episode) ? undefined : `may not end as ${JSON.stringify(end)}`;
}

/** @type {Rule} */
function runsOnce(call) {
  const attempts = call.runs.map(({ attempt }) => attempt);
  if (new Set(attempts).size < attempts.length) return `one attempt ran more than once: ${attempts}`;
  const most = isIdempotent(call) ? MOST_ATTEMPTS : 1;
  return attempts.length > most ? `ran ${attempts.length} times (attempts ${attempts})` : undefined;
}

/** @type {Rule} */
function ranBeforeItsAnswer({ kind, runs, ends: [end] }) {
  if (end?.how !== "resolved" || WITHOUT_RUN.has(kind)) return undefined;
  return runs.some(({ place }) => place < end.place) ? undefined : "was answered without having run";
}

/** @type {Rule} */
function receivesWhatWasSent({ yielded, ends: [end] }) {
  const received = Number(end?.received ?? 0);
  return received <= yielded ? undefined : `received ${received} items of ${yielded} that were sent`;
}

/** @type {Rule} */
function callsBackOnce({ answered, asked }) {
  for (const [number, times] of answered) if (times > 1) return `callback ${number} ran ${times} times`;
  for (const number of asked) if (!answered.has(number)) return `callback ${number} was answered without having run`;
  return undefined;
}

/** @type {Rule} */
function blamesTheRightDeath({ ends: [end] }, { deaths }) {
  if (end?.how !== "CRASHED" || typeof end.pid !== "number") return undefined;
  return deaths.has(end.pid) ? undefined : `blames process ${end.pid}, which nobody killed: ${JSON.stringify(end)}`;
}

/** What holds for every call. */
export const CALL_RULES = [
  settlesOnce,
  endsAsItMay,
  runsOnce,
  ranBeforeItsAnswer,
  receivesWhatWasSent,
  callsBackOnce,
  blamesTheRightDeath,
];
