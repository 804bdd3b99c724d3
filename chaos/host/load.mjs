import { CALL_KINDS } from "./calls/index.mjs";
import { recordCall } from "./record-call.mjs";

/**
 * Callers that make one call after the other, of every kind.
 * @param {import("./isolates.mjs").Subject} subject
 * @param {number} slots how many of them
 * @returns {{ stop: () => void, over: Promise<void> }} `over` resolves when the last call of the last one has settled
 */
export function startLoad(subject, slots) {
  const state = { running: true };
  const callers = Array.from({ length: slots }, (_, slot) => callForEver(subject, slot, state, subject.random.fork()));
  return {
    stop: () => {
      state.running = false;
    },
    over: Promise.all(callers).then(() => {}),
  };
}

/**
 * @param {import("./isolates.mjs").Subject} subject
 * @param {number} slot
 * @param {{ running: boolean }} state
 * @param {import("../random.mjs").Random} random
 */
async function callForEver({ name, isolator, ledger, work, episode }, slot, state, random) {
  for (let number = 1; state.running; number += 1) {
    const kind = random.weighted(CALL_KINDS);
    const key = `${episode}/${name}/${slot}/${number}`;
    const caller = { isolator, work, key, random, ledger, slot: `${slot}` };
    const answered = await recordCall(ledger, { key, kind: kind.name, isolate: name }, () => kind.make(caller));
    // An isolator that is down refuses in the same turn: without a pause nothing else would run.
    if (!answered) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
