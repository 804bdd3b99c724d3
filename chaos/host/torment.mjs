import { pause } from "./deaths/death.mjs";
import { DEATHS } from "./deaths/index.mjs";
import { recordCall } from "./record-call.mjs";

/** An isolator that has not answered for so long after a death is stuck. */
const PROBE_MS = 20_000;

/**
 * Kills one isolate again and again, in ways that are left to chance, and asks it each time whether it lives.
 * @param {import("./isolates.mjs").Subject} subject
 * @param {readonly string[]} [only] parts of the names of the ways that may be taken; default: all
 * @returns {{ stop: () => void, over: Promise<void> }}
 */
export function torment(subject, only = [""]) {
  const state = { running: true };
  return {
    stop: () => {
      state.running = false;
    },
    over: strikeForEver(subject, only, state),
  };
}

/** @param {import("./isolates.mjs").Subject} subject @param {readonly string[]} only @param {{ running: boolean }} state */
async function strikeForEver(subject, only, state) {
  const possible = DEATHS.filter(({ fits }) => fits === undefined || fits(subject)).filter(({ name }) =>
    only.some((part) => name.includes(part)),
  );
  if (possible.length === 0) return;
  for (let number = 1; state.running; number += 1) {
    await pause(subject.random.between(0, 60));
    if (!state.running) return;
    await subject.random.weighted(possible).strike(subject);
    await probe(subject, number);
  }
}

/** @param {import("./isolates.mjs").Subject} subject @param {number} number */
async function probe({ name, episode, isolator, ledger, work }, number) {
  const key = `${episode}/${name}/probe/${number}`;
  await recordCall(ledger, { key, kind: "probe", isolate: name }, async () => {
    await isolator.invoke(work, "ping", [key], { idempotent: true, timeoutMs: PROBE_MS });
    return {};
  });
}
