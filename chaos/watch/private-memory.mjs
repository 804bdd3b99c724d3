import { spawnSync } from "node:child_process";

/** Says that this process has a /dev/shm of its own. */
const VARIABLE = "CHAOS_PRIVATE_MEMORY";

/** Small, so that it can be filled. */
const MEGABYTES = 48;

const MOUNT = `mount -t tmpfs -o size=${MEGABYTES}m,mode=1777 tmpfs /dev/shm && exec "$@"`;
const UNSHARE = ["--mount", "--propagation", "private", "--", "sh", "-c", MOUNT, "sh"];

/** Whether /dev/shm is ours alone: then it may be filled, and everything in it is ours. */
export function hasPrivateMemory() {
  return process.env[VARIABLE] === "1";
}

/**
 * The command line that runs a command with a /dev/shm of its own where the system lets us make one (Linux, root), else
 * the same command.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {{ command: string, args: string[], environment: NodeJS.ProcessEnv }}
 */
export function withPrivateMemory(command, args) {
  if (spawnSync("unshare", [...UNSHARE, "true"], { stdio: "ignore" }).status !== 0) {
    return { command, args: [...args], environment: process.env };
  }
  return { command: "unshare", args: [...UNSHARE, command, ...args], environment: { ...process.env, [VARIABLE]: "1" } };
}
