import { killAs, killPresent, pause } from "./death.mjs";

/** @type {readonly (readonly [NodeJS.Signals, number])[]} */
const SIGNALS = [
  ["SIGKILL", 12],
  ["SIGTERM", 5],
  ["SIGSEGV", 5],
  ["SIGABRT", 5],
  ["SIGBUS", 1],
  ["SIGHUP", 1],
];

/** What comes from outside, at any moment. @type {readonly import("./death.mjs").Death[]} */
export const DEATHS_BY_SIGNAL = [
  ...SIGNALS.map(([signal, weight]) => ({
    name: signal,
    weight,
    strike: (/** @type {import("./death.mjs").Subject} */ subject) => killPresent(subject, signal, signal),
  })),
  {
    name: "SIGSTOP",
    weight: 6,
    fits: ({ options }) => options.unresponsiveAfterMs !== undefined,
    strike: (subject) => killPresent(subject, "SIGSTOP", "SIGSTOP"),
  },
  {
    name: "SIGSTOP, found by the system's own check",
    weight: 0.1,
    fits: ({ options }) => options.unresponsiveAfterMs === undefined && options.recycle === undefined,
    strike: (subject) => killPresent(subject, "SIGSTOP, found by the system's own check", "SIGSTOP"),
  },
  {
    name: "SIGKILL while stopped",
    weight: 3,
    strike: async (subject) => {
      const { isolator, ledger, name, random } = subject;
      const { pid, state } = isolator;
      if (state !== "ready") return;
      killAs(ledger, { kind: "SIGKILL while stopped", isolate: name, pid }, "SIGSTOP");
      await pause(random.between(0, 30));
      if (isolator.pid === pid) await killPresent(subject, "SIGKILL while stopped");
    },
  },
];
