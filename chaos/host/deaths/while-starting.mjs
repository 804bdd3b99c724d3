import { killAs, killPresent, othersOf, pause } from "./death.mjs";

/** Longer than a start takes on a machine that is not overloaded. */
const START_MS = 90;

/** The next process dies too, while it starts. @type {readonly import("./death.mjs").Death[]} */
export const DEATHS_WHILE_STARTING = [
  {
    name: "kill during start",
    weight: 8,
    strike: async (subject) => {
      const { ledger, name, random } = subject;
      if (!(await killPresent(subject, "SIGKILL"))) return;
      for (let times = random.between(1, 3); times > 0; times -= 1) {
        await pause(random.between(0, START_MS));
        const [pid] = othersOf(subject);
        if (pid !== undefined) killAs(ledger, { kind: "kill during start", isolate: name, pid });
      }
    },
  },
  {
    name: "twice at once",
    weight: 3,
    strike: async (subject) => {
      await killPresent(subject, "SIGKILL");
      // In the turn in which the successor became known: its first calls are on their way.
      await killPresent(subject, "twice at once");
    },
  },
];
