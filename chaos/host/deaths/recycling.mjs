import { killAs, othersOf, pause } from "./death.mjs";

/** In this time the load brings about a recycling. */
const PATIENCE_MS = 4_000;

/** @param {import("./death.mjs").Subject} subject */
const isRecycled = ({ options }) => options.recycle !== undefined;

/**
 * The next recycling; undefined when none comes.
 * @param {import("./death.mjs").Subject} subject
 * @returns {Promise<{ pid: number, predecessor: number } | undefined>}
 */
function nextRecycling({ isolator }) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS, undefined);
    isolator.events.once("recycled", (event) => {
      clearTimeout(timer);
      resolve(event);
    });
  });
}

/** @param {string} kind @param {(event: { pid: number, predecessor: number }) => number[]} choose */
const killAtRecycling = (kind, choose) => async (/** @type {import("./death.mjs").Subject} */ subject) => {
  const event = await nextRecycling(subject);
  if (event === undefined) return;
  await pause(subject.random.between(0, 8));
  for (const pid of choose(event)) killAs(subject.ledger, { kind, isolate: subject.name, pid });
  await pause(30);
};

/** @type {readonly import("./death.mjs").Death[]} */
export const DEATHS_AT_RECYCLING = [
  {
    name: "predecessor killed while it drains",
    weight: 8,
    fits: isRecycled,
    strike: killAtRecycling("predecessor killed while it drains", ({ predecessor }) => [predecessor]),
  },
  {
    name: "successor killed right after a recycling",
    weight: 8,
    fits: isRecycled,
    strike: killAtRecycling("successor killed right after a recycling", ({ pid }) => [pid]),
  },
  {
    name: "both killed at a recycling",
    weight: 8,
    fits: isRecycled,
    strike: killAtRecycling("both killed at a recycling", ({ pid, predecessor }) => [predecessor, pid]),
  },
  {
    name: "kill during a recycling's start",
    weight: 8,
    fits: isRecycled,
    strike: async (subject) => {
      const until = performance.now() + 1_000;
      while (performance.now() < until) {
        await pause(subject.random.between(1, 20));
        const [pid] = othersOf(subject);
        if (pid === undefined) continue;
        killAs(subject.ledger, { kind: "kill during a recycling's start", isolate: subject.name, pid });
        return;
      }
    },
  },
];
