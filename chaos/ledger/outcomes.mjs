/** @typedef {import("./read-ledger.mjs").CallStory} CallStory @typedef {import("./read-ledger.mjs").Episode} Episode */

/** What a kind of call may end as beside what any may. @type {Readonly<Record<string, readonly string[]>>} */
const OWN_OUTCOMES = {
  cancelled: ["CANCELLED"],
  "timed out": ["DEADLINE_EXCEEDED"],
  "timed out, idempotent": ["DEADLINE_EXCEEDED"],
};

/** These have no answer. */
const NEVER_RESOLVED = new Set(["cancelled", "deadly"]);

/** Deaths that are found because the process does not answer. */
const SILENT_DEATHS = /SIGSTOP|stopped|blocked/;

const POISON_ATTEMPTS = 3;

/** How long after its deletion a segment of shared memory may still be missed. */
const MISSED_MS = 2_000;

/**
 * Whether a call of this kind may end so.
 * @param {CallStory} call
 * @param {CallStory["ends"][number]} end
 * @param {Episode} episode
 */
export function isAllowed(call, end, episode) {
  if (OWN_OUTCOMES[call.kind]?.includes(end.how)) return true;
  switch (end.how) {
    case "resolved":
      return !NEVER_RESOLVED.has(call.kind);
    case "CRASHED":
      return mayBeLost(call, end);
    case "UNRESPONSIVE":
      return mayBeLost(call, end) && mayBeSilent(call, end, episode);
    case "STOPPED":
      return end.place > (episode.stopping.get(call.isolate) ?? Number.POSITIVE_INFINITY);
    case "PROTOCOL":
      return call.kind.startsWith("large") && lostItsMemory(end, episode);
    default:
      return false;
  }
}

/** What lay in shared memory when somebody deleted that cannot be had back. @param {CallStory["ends"][number]} end @param {Episode} episode */
function lostItsMemory({ at }, { disturbances }) {
  return disturbances.some((one) => one.kind === "shared memory deleted" && at >= one.at && at - one.at < MISSED_MS);
}

/** An idempotent call is lost only as poison. @param {CallStory} call @param {CallStory["ends"][number]} end */
function mayBeLost({ kind }, { attempts }) {
  return !(kind.endsWith("idempotent") || kind === "probe") || Number(attempts) >= POISON_ATTEMPTS;
}

/**
 * A watched process that is starved by a busy machine may be taken for silent; an unwatched one only if it was stopped.
 * @param {CallStory} call @param {CallStory["ends"][number]} end @param {Episode} episode
 */
function mayBeSilent({ isolate }, { pid }, { isolates, deaths }) {
  if (isolates.get(isolate)?.unresponsiveAfterMs !== undefined) return true;
  return deaths.get(Number(pid))?.some((kind) => SILENT_DEATHS.test(kind)) === true;
}
