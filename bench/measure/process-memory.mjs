import { readFileSync } from "node:fs";

const MEGABYTE = 1024 * 1024;

/**
 * The memory of another process in megabytes; `pss` counts pages that processes share by halves, thirds and so on.
 * @param {number} pid
 * @returns {{ rss: number, pss: number } | undefined} nothing where the system has no `/proc/<pid>/smaps_rollup`
 */
export function processMemory(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return { rss: field(text, "Rss"), pss: field(text, "Pss") };
  } catch {
    return undefined;
  }
}

/** The resident memory of this process in megabytes, after a collection. */
export function ownMemory() {
  globalThis.gc?.();
  return process.memoryUsage.rss() / MEGABYTE;
}

/** @param {string} text @param {string} name */
function field(text, name) {
  return (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * 1024) / MEGABYTE;
}
