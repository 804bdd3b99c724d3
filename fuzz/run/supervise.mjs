import { fork } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { caseRandom } from "./case-random.mjs";

/** @typedef {import("../targets/target.mjs").Target} Target */

const RUNNER = fileURLToPath(new URL("./runner.mjs", import.meta.url));
/** Without a word for so long, it hangs. */
const HANG_MS = 30_000;
/** After so many a target is given up. */
const MOST_DEATHS = 3;
const MOST_GROWTH_BYTES = 6 * 2 ** 20;

/** @typedef {import("./runner.mjs").Progress | import("./runner.mjs").Violation | import("./runner.mjs").Worst | import("./runner.mjs").Done} Message */
/** @typedef {{ what: string, number: number, times: number, saved: string, input: string | undefined }} Finding `input` is that of a case that cannot be made again, in hexadecimal */

/** What came of one target. */
export class Outcome {
  cases = 0;
  inputs = 0;
  accepted = 0;
  refused = 0;
  crashes = 0;
  hangs = 0;
  wrong = 0;
  growthBytes = 0;
  seconds = 0;
  /** Of a target that looks for what costs most. @type {import("../amplify/climber.mjs").Worst | undefined} */
  worst;
  /** By their first line. @type {Map<string, Finding>} */
  findings = new Map();

  get isClean() {
    return this.findings.size === 0;
  }
}

/**
 * Runs one target in a process of its own, and goes on behind the case that ends it.
 * @param {Target} target
 * @param {{ seed: number, inputs: number, folder: string, from?: number }} options the number of its first case
 * @returns {Promise<Outcome>}
 */
export async function supervise(target, { seed, inputs, folder, from: first = 0 }) {
  const outcome = new Outcome();
  const startedAt = performance.now();
  mkdirSync(folder, { recursive: true });
  const find = (/** @type {string} */ what, /** @type {number} */ number, /** @type {string | undefined} */ input) => {
    const [title = ""] = what.split("\n");
    const known = outcome.findings.get(title);
    if (known !== undefined) known.times += 1;
    else
      outcome.findings.set(title, {
        ...{ what, number, times: 1, input },
        saved: join(folder, `${fileName(target)}-${number}.hex`),
      });
  };
  for (let deaths = 0, from = first; outcome.inputs < inputs && deaths < MOST_DEATHS; ) {
    const state = join(folder, `${fileName(target)}.state`);
    const order = { target: target.name, seed, from, inputs: inputs - outcome.inputs, state };
    const end = await run(order, outcome, find);
    if (end === undefined) break;
    deaths += 1;
    const number = lastCase(state);
    find(end, number, lastInput(state));
    from = number + 1;
  }
  if (outcome.growthBytes > MOST_GROWTH_BYTES) {
    find(`the heap grew by ${(outcome.growthBytes / 2 ** 20).toFixed(1)} MB`, 0, undefined);
  }
  for (const finding of outcome.findings.values()) await save(target, seed, finding);
  outcome.seconds = (performance.now() - startedAt) / 1_000;
  return outcome;
}

/** The inputs of a case as a file has them: one on each line, in hexadecimal. @param {Target} target @param {number} seed @param {number} number */
export async function inputsOf(target, seed, number) {
  const fuzzer = await target.open();
  const inputs = fuzzer.make(caseRandom(seed, target.name, number));
  await fuzzer.close?.();
  return inputs.map((bytes) => `${bytes.toString("hex")}\n`).join("");
}

/**
 * @param {import("./runner.mjs").Order} order
 * @param {Outcome} outcome
 * @param {(what: string, number: number, input: string | undefined) => void} find
 * @returns {Promise<string | undefined>} how it died, if it did
 */
function run(order, outcome, find) {
  const child = fork(RUNNER, [JSON.stringify(order)], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  let isDone = false;
  let isHung = false;
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    stderr = (stderr + text).slice(-4_000);
  });
  const hang = () => {
    isHung = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(hang, HANG_MS);
  const before = { cases: outcome.cases, inputs: outcome.inputs, accepted: outcome.accepted, refused: outcome.refused };
  child.on("message", (/** @type {Message} */ message) => {
    clearTimeout(timer);
    timer = setTimeout(hang, HANG_MS);
    if (message.kind === "progress") {
      for (const name of /** @type {const} */ (["cases", "inputs", "accepted", "refused"])) {
        outcome[name] = before[name] + message[name];
      }
    } else if (message.kind === "violation") {
      if (message.isCrash) outcome.crashes += 1;
      else outcome.wrong += 1;
      find(message.what, message.number, message.input);
    } else if (message.kind === "worst") {
      outcome.worst = message.worst;
    } else {
      isDone = true;
      outcome.growthBytes = Math.max(outcome.growthBytes, message.growthBytes);
    }
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      if (isHung) outcome.hangs += 1;
      else if (!isDone) outcome.crashes += 1;
      if (isHung) resolve(`nothing happened for ${HANG_MS} ms`);
      else resolve(isDone ? undefined : `the host process ended (${signal ?? code})\n${stderr}`);
    });
  });
}

/** @param {string} state */
function lastCase(state) {
  try {
    return readFileSync(state).readDoubleLE();
  } catch {
    return 0;
  }
}

/** @param {Target} target @param {number} seed @param {Finding} finding */
async function save(target, seed, { number, saved, input }) {
  writeFileSync(saved, input === undefined ? await inputsOf(target, seed, number) : `${input}\n`);
}

/** What a target that makes its inputs as it goes was reading when it died. @param {string} state */
function lastInput(state) {
  try {
    const bytes = readFileSync(`${state}.input`);
    return bytes.length === 0 ? undefined : bytes.toString("hex", 4, 4 + bytes.readUInt32LE());
  } catch {
    return undefined;
  }
}

/** @param {Target} target */
function fileName({ name }) {
  return name.replaceAll(/[^a-z]+/gi, "-");
}
