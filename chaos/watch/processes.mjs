import { readdirSync, readFileSync } from "node:fs";

/**
 * A live process. Two are the same only if their start times are too: ids are given out again.
 * @typedef {{ readonly pid: number, readonly parentPid: number, readonly startTicks: string, readonly state: string }} ProcessRecord
 */

/** The live process of that id; zombies are dead. @param {number} pid @returns {ProcessRecord | undefined} */
export function readProcess(pid) {
  const text = read(`/proc/${pid}/stat`);
  // The second field is the name in brackets, which may hold blanks and brackets itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", parentPid] = fields;
  if (state === "" || state === "Z" || state === "X") return undefined;
  return { pid, state, parentPid: Number(parentPid), startTicks: fields[19] ?? "" };
}

/** All live processes. @returns {ProcessRecord[]} */
export function listProcesses() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((record) => record !== undefined);
}

/** Whether this very process still lives. @param {ProcessRecord} record */
export function isAlive({ pid, startTicks }) {
  return readProcess(pid)?.startTicks === startTicks;
}

/** The direct children of a process. @param {number} parentPid */
export function childrenOf(parentPid) {
  return listProcesses().filter((record) => record.parentPid === parentPid);
}

/** The variables it was started with, each with its end mark. @param {number} pid */
export function environmentOf(pid) {
  return read(`/proc/${pid}/environ`);
}

/** The processes whose environment holds the text. @param {string} mark */
export function processesMarked(mark) {
  return listProcesses().filter(({ pid }) => environmentOf(pid).includes(mark));
}

/** What the process was started as. @param {number} pid */
export function commandOf(pid) {
  return read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
}

/** Whether it is the `sh` that ends a host's children after the host's death. @param {number} pid */
export function isReaper(pid) {
  return commandOf(pid).includes("process-isolation-reaper");
}

/** For messages. @param {ProcessRecord} record */
export function describeProcess({ pid, parentPid, state }) {
  return `process ${pid} (state ${state}, parent ${parentPid}): ${commandOf(pid).slice(0, 120)}`;
}

/** Ends exactly this process. @param {ProcessRecord} record @param {NodeJS.Signals} [signal] */
export function endProcess(record, signal = "SIGKILL") {
  if (!isAlive(record)) return false;
  try {
    return process.kill(record.pid, signal);
  } catch {
    return false; // Gone meanwhile.
  }
}

/** "" for a process that ended meanwhile, or belongs to someone else. @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
