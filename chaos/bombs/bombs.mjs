import { fileURLToPath } from "node:url";

export const MODULE = fileURLToPath(new URL("./modules/bombs.mjs", import.meta.url));

/**
 * @typedef {object} Bomb
 * @property {string} name
 * @property {string} method of the module
 * @property {keyof import("process-isolation").LimitOptions} limit
 * @property {import("process-isolation").LimitOptions} limits
 * @property {string | undefined} reason why the process ends, if it does
 */

/** @type {readonly Bomb[]} */
export const BOMBS = [
  { name: "heap", method: "heap", limit: "heap", limits: { heap: "48MiB" }, reason: "heap-out-of-memory" },
  { name: "buffer", method: "buffers", limit: "memory", limits: { memory: "128MB" }, reason: "memory-limit" },
  { name: "fork", method: "forks", limit: "pids", limits: { pids: 60 }, reason: "pids-limit" },
  {
    name: "descriptor",
    method: "descriptors",
    limit: "openFiles",
    limits: { openFiles: 64 },
    reason: "open-files-limit",
  },
  { name: "burn", method: "burn", limit: "cpuSeconds", limits: { cpuSeconds: 1 }, reason: "cpu-limit" },
  { name: "flood", method: "flood", limit: "output", limits: { output: "100kB" }, reason: undefined },
];

/** Those whose limits cgroups hold, where there are any. */
export const HELD_BY_CGROUPS = new Set(["memory", "pids"]);
