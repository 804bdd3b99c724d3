import { readContract } from "./contract.mjs";
import { Play } from "./play.mjs";
import { playScenario } from "./scenario.mjs";
import { featuresOf, Subject } from "./subject.mjs";

/**
 * @typedef {import("./scenario.mjs").Scenario} Scenario
 * @typedef {import("./subject.mjs").Target} Target
 * @typedef {"passed" | "failed" | "skipped" | "known" | "fixed"} Verdict "known": it failed, and the list says so;
 *   "fixed": it passed, and the list says that it fails
 * @typedef {{ name: string, verdict: Verdict, why: string, tookMs: number }} Result `why`: what is wrong, what is missing, or the listed reason
 * @typedef {object} RunOptions
 * @property {readonly Scenario[]} scenarios
 * @property {import("./known-failures.mjs").KnownFailures} [known]
 * @property {number} [jobs] processes at a time
 * @property {(result: Result) => void} [onResult]
 */

/** How long a known failure in a process of its own is waited for, in milliseconds: nobody hopes for it. */
const KNOWN_FAILURE_MS = 2_000;

/** Verdicts that fail a run. */
export const BAD = /** @type {readonly Verdict[]} */ (["failed", "fixed"]);

/**
 * Runs scenarios against an executable. Those that do not say otherwise share one process.
 * @param {Target} target @param {RunOptions} options @returns {Promise<Result[]>} in the order of the scenarios
 */
export async function runConformance(target, { scenarios, known = {}, jobs = 2, onResult = () => {} }) {
  const types = readContract();
  const hello = await readHello(target);
  /** @type {Map<string, Result>} */
  const results = new Map();
  const tell = (/** @type {Scenario} */ { name }, /** @type {Omit<Result, "name">} */ outcome) => {
    const result = { name, ...outcome };
    results.set(name, result);
    onResult(result);
  };
  /** @type {Scenario[]} */
  const wanted = [];
  for (const scenario of scenarios) {
    const missing = whatIsMissing(scenario, hello, target);
    if (missing === undefined) wanted.push(scenario);
    else tell(scenario, { verdict: "skipped", why: missing, tookMs: 0 });
  }
  const shared = wanted.filter(({ own, fresh }) => !own && !fresh);
  const alone = wanted.filter((scenario) => !shared.includes(scenario));
  const targetOf = (/** @type {Scenario} */ { name }) =>
    known[name] === undefined ? target : { ...target, timeoutMs: Math.min(target.timeoutMs, KNOWN_FAILURE_MS) };
  const finish = (
    /** @type {Scenario} */ scenario,
    /** @type {string | undefined} */ problem,
    /** @type {number} */ startedAt,
  ) =>
    tell(scenario, { ...verdictOf(problem, known[scenario.name]), tookMs: Math.round(performance.now() - startedAt) });
  await Promise.all([
    playShared(shared, target, types, finish),
    ...Array.from({ length: jobs }, () => playAlone(alone, targetOf, types, finish)),
  ]);
  return scenarios.flatMap(({ name }) => results.get(name) ?? []);
}

/** @typedef {(scenario: Scenario, problem: string | undefined, startedAt: number) => void} Finish */

/** One after the other in one process; in another one after a scenario that ended it. @param {readonly Scenario[]} scenarios @param {Target} target @param {import("./protobuf.mjs").Types} types @param {Finish} finish */
async function playShared(scenarios, target, types, finish) {
  /** @type {Play | undefined} */
  let play;
  try {
    for (const scenario of scenarios) {
      if (play?.isUsable === false) play.dispose();
      if (play?.isUsable !== true) play = new Play(target, types);
      const startedAt = performance.now();
      const problem = await playScenario(scenario, play);
      const died =
        problem === undefined && !play.isUsable
          ? `afterwards: ${play.session?.over ?? "the process has ended"}`
          : problem;
      finish(scenario, died, startedAt);
      // What a failed scenario has left under way could disturb the next one.
      if (died !== undefined) {
        play.dispose();
        play = undefined;
      }
    }
  } finally {
    play?.dispose();
  }
}

/** Each in a process of its own. @param {Scenario[]} queue shared with others that do the same @param {(scenario: Scenario) => Target} targetOf @param {import("./protobuf.mjs").Types} types @param {Finish} finish */
async function playAlone(queue, targetOf, types, finish) {
  for (let scenario = queue.shift(); scenario !== undefined; scenario = queue.shift()) {
    const startedAt = performance.now();
    const play = new Play(targetOf(scenario), types);
    try {
      finish(scenario, await playScenario(scenario, play), startedAt);
    } finally {
      play.dispose();
    }
  }
}

/** @param {Target} target @throws Mismatch when none comes */
async function readHello(target) {
  const subject = new Subject(target);
  try {
    return await subject.line("hello");
  } finally {
    subject.dispose();
  }
}

/** @param {Scenario} scenario @param {import("./protobuf.mjs").Message} hello @param {Target} target */
function whatIsMissing({ needs, values, needsBroken }, hello, target) {
  const features = featuresOf(hello);
  const missing = [
    ...needs.filter((name) => !features.includes(name)),
    ...values
      .filter((name) => hello.values !== undefined && !hello.values.includes(name))
      .map((name) => `values of the kind ${name}`),
    ...(needsBroken && target.brokenModule === undefined ? ["a module that cannot be loaded"] : []),
  ];
  return missing.length === 0 ? undefined : `without ${missing.join(", ")}`;
}

/** @param {string | undefined} problem @param {string | undefined} reason @returns {Pick<Result, "verdict" | "why">} */
function verdictOf(problem, reason) {
  if (reason === undefined)
    return problem === undefined ? { verdict: "passed", why: "" } : { verdict: "failed", why: problem };
  if (problem === undefined) return { verdict: "fixed", why: `it passes, and is listed as a known failure: ${reason}` };
  return { verdict: "known", why: reason };
}
