import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { canMakeControlGroups } from "../watch/control-groups.mjs";

/**
 * What the child is doing when its host is killed.
 * @typedef {object} Situation
 * @property {string} name
 * @property {string} [method] of modules/occupations.mjs; without it the child idles
 * @property {"starting" | "stopped" | "several" | "sweeping"} [special] what the host does beside that
 * @property {import("process-isolation").IsolationOptions} [options] of the isolator
 * @property {string} [promised] why it is not promised that nothing is left; shown, not counted
 */

/** @type {readonly Situation[]} */
export const SITUATIONS = [
  { name: "idle" },
  { name: "busy loop", method: "loop" },
  { name: "long native call (pbkdf2Sync)", method: "native" },
  { name: "waits in spawnSync", method: "spawnSynchronously" },
  { name: "threads that loop", method: "loopInThreads" },
  { name: "ignores SIGTERM, exit handler loops", method: "refuse" },
  { name: "stopped by SIGSTOP", special: "stopped" },
  { name: "grandchild", method: "grandchild" },
  { name: "grandchild, detached (setsid)", method: "detached" },
  { name: "grandchild, forked twice", method: "forkedTwice" },
  { name: "grandchild, detached and stopped", method: "detachedAndStopped" },
  { name: "several isolates with spares", special: "several" },
  { name: "during the child's start", special: "starting" },
  {
    name: "grandchild, detached, empty environment",
    method: "detachedWithoutEnvironment",
    promised: "it hides from its session, its parents and the mark; only a PID namespace or a cgroup holds it",
  },
  {
    name: "grandchild, detached, empty environment, within limits",
    method: "detachedWithoutEnvironment",
    options: { limits: { pids: 100 } },
    ...(!canMakeControlGroups() && { promised: "no control group can be made here" }),
  },
  {
    name: "grandchild, detached, empty environment, in a sandbox",
    method: "detachedWithoutEnvironment",
    options: { sandbox: { kind: "bubblewrap", read: [fileURLToPath(new URL("..", import.meta.url))] } },
    ...(spawnSync("bwrap", ["--version"]).status !== 0 && { promised: "bubblewrap is not installed" }),
  },
];
