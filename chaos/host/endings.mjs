import { killAs, pause } from "./deaths/death.mjs";

/**
 * What runs in a host.
 * @typedef {object} Running
 * @property {readonly import("./isolates.mjs").Subject[]} subjects
 * @property {readonly { stop: () => void, over: Promise<void> }[]} loads
 * @property {readonly { stop: () => void, over: Promise<void> }[]} torments
 * @property {import("../random.mjs").Random} random
 */

/** How long calls get to settle once their isolator is down. */
const SETTLE_MS = 5_000;

/**
 * @param {Running} running
 * @param {(subject: import("./isolates.mjs").Subject) => Promise<unknown>} stop
 */
async function stopUnderLoad({ subjects, loads, torments }, stop) {
  for (const { stop } of torments) stop();
  await Promise.all(
    subjects.map((subject) => {
      subject.ledger("stopping", { isolate: subject.name });
      return stop(subject);
    }),
  );
  for (const { stop } of loads) stop();
  const over = Promise.all([...loads, ...torments].map(({ over }) => over));
  await Promise.race([over, new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref())]);
}

/**
 * How a host ends by itself; the ledger or the exit code tells whether that went well.
 * @type {Readonly<Record<string, (running: Running) => Promise<unknown>>>}
 */
export const ENDINGS = {
  shutdown: (running) =>
    stopUnderLoad(running, ({ isolator, random }) => isolator.shutdown({ graceMs: random.between(0, 500) })),
  "shutdown, child killed": (running) =>
    stopUnderLoad(running, async ({ isolator, name, ledger, random }) => {
      const down = isolator.shutdown({ graceMs: 500 });
      await pause(random.between(0, 40));
      killAs(ledger, { kind: "kill during shutdown", isolate: name, pid: isolator.pid });
      await down;
    }),
  terminate: (running) => stopUnderLoad(running, ({ isolator }) => isolator.terminate()),
  /** Nothing is stopped: an idle isolator does not keep its host. */
  idle: async ({ loads, torments }) => {
    for (const part of [torments, loads]) {
      for (const { stop } of part) stop();
      await Promise.all(part.map(({ over }) => over));
    }
  },
  "process.exit": async () => process.exit(7),
  "uncaught exception": async () => {
    setImmediate(() => {
      throw new Error("thrown by the host itself");
    });
  },
  /** The orchestrator sends the signal. */
  signal: () => new Promise(() => {}),
};
