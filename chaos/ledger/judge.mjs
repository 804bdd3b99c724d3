import { CALL_RULES } from "./call-rules.mjs";

/** @typedef {import("./read-ledger.mjs").Episode} Episode */

/**
 * Every violation in an episode, as a sentence.
 * @param {Episode} episode
 * @param {{ isAbrupt: boolean }} end whether the host was ended in the middle of its work
 * @returns {string[]}
 */
export function judge(episode, end) {
  const all = { ...episode, ...end };
  const ofCalls = episode.calls.flatMap((call) =>
    CALL_RULES.map((rule) => rule(call, all))
      .filter((what) => what !== undefined)
      .map((what) => `call ${call.key} (${call.kind}) ${what}`),
  );
  return [...episode.violations, ...ofCalls, ...lostWithTheirProcess(episode)];
}

/** No death takes more calls with it than may run at once: those that wait go to the next process. @param {Episode} episode */
function lostWithTheirProcess({ calls, isolates }) {
  /** @type {Map<string, number>} */
  const lost = new Map();
  for (const { isolate, kind, ends } of calls) {
    const [end] = ends;
    // A stream is read on after its call was answered.
    if (end?.how !== "CRASHED" || kind.startsWith("stream")) continue;
    const process = `${isolate} ${end.pid}`;
    lost.set(process, (lost.get(process) ?? 0) + 1);
  }
  return [...lost].flatMap(([process, count]) => {
    const { maxInFlight } = isolates.get(process.split(" ")[0] ?? "") ?? {};
    if (typeof maxInFlight !== "number" || count <= maxInFlight) return [];
    return `${count} calls were lost with process ${process}, of at most ${maxInFlight} that could run`;
  });
}
