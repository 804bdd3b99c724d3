import { killAs, killPresent, othersOf, pause } from "./death.mjs";

/** @param {import("./death.mjs").Subject} subject */
const hasSpares = ({ options }) => (options.standby ?? 0) > 0;

/** @param {import("./death.mjs").Subject} subject @param {string} kind */
function killSpares(subject, kind) {
  for (const pid of othersOf(subject)) killAs(subject.ledger, { kind, isolate: subject.name, pid });
}

/** Those that stand by die. @type {readonly import("./death.mjs").Death[]} */
export const DEATHS_OF_SPARES = [
  {
    name: "spare killed",
    weight: 3,
    fits: hasSpares,
    strike: async (subject) => {
      killSpares(subject, "spare killed");
      await pause(subject.random.between(0, 10));
      await killPresent(subject, "SIGKILL");
    },
  },
  {
    name: "killed together with its spare",
    weight: 4,
    fits: hasSpares,
    strike: async (subject) => {
      const spares = othersOf(subject);
      const gone = killPresent(subject, "killed together with its spare");
      for (const pid of spares) killAs(subject.ledger, { kind: "spare killed", isolate: subject.name, pid });
      await gone;
    },
  },
  {
    name: "spare killed at hand-over",
    weight: 5,
    fits: hasSpares,
    strike: async (subject) => {
      const spares = othersOf(subject);
      // The event comes right before the spare takes over.
      subject.isolator.events.once("exited", () => {
        for (const pid of spares)
          killAs(subject.ledger, { kind: "spare killed at hand-over", isolate: subject.name, pid });
      });
      await killPresent(subject, "SIGKILL");
    },
  },
  {
    name: "killed right after hand-over",
    weight: 4,
    fits: hasSpares,
    strike: async (subject) => {
      await killPresent(subject, "SIGKILL");
      await pause(subject.random.between(0, 3));
      await killPresent(subject, "killed right after hand-over");
    },
  },
];
