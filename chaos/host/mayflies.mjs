import { IsolationError, ProcessIsolator } from "process-isolation";
import { childrenOf, environmentOf } from "../watch/processes.mjs";
import { pause } from "./deaths/death.mjs";
import { commonOptions } from "./isolates.mjs";

const NAME = "mayfly";
/** What `create` may reject with when it is killed or cancelled on the way. */
const ALLOWED = new Set(["START_FAILED", "CANCELLED"]);
/** What a process that was killed takes to be gone. */
const GONE_MS = 500;

/**
 * Isolators that live for a moment: their first process is killed, or their start cancelled, at any moment; whatever
 * comes of it leaves nothing behind.
 * @param {import("../random.mjs").Random} random
 * @param {import("../ledger/ledger.mjs").Ledger} ledger
 * @param {{ mark: string, ledger: string, cwd: string }} place
 * @returns {{ stop: () => void, over: Promise<void> }}
 */
export function releaseMayflies(random, ledger, place) {
  const state = { running: true };
  const live = async () => {
    while (state.running) {
      await liveOnce(random, ledger, place);
      await pause(random.between(50, 400));
    }
  };
  return {
    stop: () => {
      state.running = false;
    },
    over: live(),
  };
}

/**
 * @param {import("../random.mjs").Random} random
 * @param {import("../ledger/ledger.mjs").Ledger} ledger
 * @param {{ mark: string, ledger: string, cwd: string }} place
 */
async function liveOnce(random, ledger, place) {
  const controller = new AbortController();
  const options = { ...commonOptions(NAME, place), standby: random.between(0, 1), signal: controller.signal };
  const ms = random.between(0, 120);
  const kind = random.pick(["kill during first start", "first start cancelled"]);
  const start = ProcessIsolator.create(options).catch((/** @type {unknown} */ error) => error);
  await pause(ms);
  if (kind === "first start cancelled") {
    ledger("disturbance", { kind, isolate: NAME });
    controller.abort();
  } else {
    for (const { pid } of mayflies()) {
      ledger("death", { kind, isolate: NAME, pid });
      process.kill(pid, "SIGKILL");
    }
  }
  const isolator = await start;
  if (isolator instanceof ProcessIsolator) {
    const end = random.pick([() => isolator.shutdown({ graceMs: 50 }), () => isolator.terminate()]);
    await end();
  } else if (!IsolationError.is(isolator) || !ALLOWED.has(isolator.code)) {
    ledger("violation", { what: `${kind}: create rejected with ${String(isolator).slice(0, 300)}` });
  }
  const until = performance.now() + GONE_MS;
  while (mayflies().length > 0 && performance.now() < until) await pause(10);
  for (const { pid, state } of mayflies()) {
    ledger("violation", { what: `${kind} at ${ms} ms left process ${pid} (state ${state}) behind` });
    process.kill(pid, "SIGKILL");
  }
}

function mayflies() {
  return childrenOf(process.pid).filter(({ pid }) => environmentOf(pid).includes(`CHAOS_ISOLATE=${NAME}\0`));
}
