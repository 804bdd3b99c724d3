import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { awaitNothingLeft } from "../watch/leftovers.mjs";
import { listProcesses } from "../watch/processes.mjs";

const HOST = fileURLToPath(new URL("host.mjs", import.meta.url));

/** What a host that has ended in order takes to be gone with all it had. */
const SWEEP_MS = 500;

/** A directory whose host was killed before it had locked it is left alone for ten seconds. */
const SETTLED_MS = 10_500;

let hosts = 0;

/**
 * Starts a host, waits until its child is in the situation, kills the host, and looks at what is left.
 * @param {import("./situations.mjs").Situation} situation
 * @param {number} delayMs how long after "ready"
 * @param {import("../watch/run-directory.mjs").RunDirectory} directory
 */
export async function killHost(situation, delayMs, directory) {
  const { host, mark } = startHost(situation, directory);
  if (host.pid !== undefined) directory.hosts.add(host.pid);
  const exited = once(host, "exit");
  const [word] = await Promise.race([once(host.stdout, "data"), exited]);
  if (!Buffer.isBuffer(word)) throw new Error(`the host for ${situation.name} ended before it was ready`);
  await sleep(delayMs);
  const known = descendantsOf(host.pid ?? -1);
  host.kill("SIGKILL");
  await exited;
  return awaitNothingLeft({ mark: `CHAOS_MARK=${mark}`, known, files: directory.leftovers });
}

/**
 * Files that are left although the next host has come and gone, and once more when they had time to settle; removes them.
 * @param {import("../watch/run-directory.mjs").RunDirectory} directory
 */
export async function leftToNextHost(directory) {
  for (const afterMs of [0, SETTLED_MS]) {
    await sleep(afterMs);
    const { host } = startHost({ name: "sweeping", special: "sweeping" }, directory);
    await once(host, "exit");
    await sleep(SWEEP_MS);
    if (directory.leftovers().length === 0) return [];
  }
  const left = directory.leftovers();
  directory.clear();
  return left;
}

/** @param {import("./situations.mjs").Situation} situation @param {import("../watch/run-directory.mjs").RunDirectory} directory */
function startHost(situation, directory) {
  hosts += 1;
  const mark = `${directory.path}#${hosts};`;
  const host = spawn(process.execPath, [HOST, JSON.stringify({ ...situation, mark, cwd: directory.work })], {
    env: { ...process.env, ...directory.environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { host, mark };
}

/** All that descend from a process, as far as parents lead to it. @param {number} ancestor */
function descendantsOf(ancestor) {
  const all = listProcesses();
  const found = new Set([ancestor]);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const { pid, parentPid } of all) if (found.has(parentPid)) found.add(pid);
  }
  found.delete(ancestor);
  return all.filter(({ pid }) => found.has(pid));
}
