import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf } from "../watch/processes.mjs";

/** @typedef {{ descriptors: number, rssMegabytes: number, heapMegabytes: number, handles: number, listeners: number, children: number, files: number }} Figures */

/**
 * What this process holds at the moment, its garbage collected.
 * @param {() => string[]} files what lies in its folders
 * @returns {Promise<Figures>}
 */
export async function takeFigures(files) {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error("the soak needs node --expose-gc");
  for (let times = 0; times < 3; times += 1) {
    collect();
    await sleep(20);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return {
    descriptors: descriptors(),
    rssMegabytes: rss / 2 ** 20,
    heapMegabytes: heapUsed / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    children: childrenOf(process.pid).length,
    files: files().length,
  };
}

/** The one that reads the list is not counted. */
function descriptors() {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return !readlinkSync(`/proc/self/fd/${fd}`).endsWith("/fd");
    } catch {
      return false;
    }
  }).length;
}
