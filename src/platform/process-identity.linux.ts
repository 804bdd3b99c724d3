import { readFileSync } from "node:fs";
import { readProcStat } from "./proc-stat.linux.js";

let bootId: string | undefined;

/** `BOOT-ID/TICKS`: ticks since boot alone would repeat after a reboot. */
export function linuxStartTime(pid: number): string | undefined {
  const stat = readProcStat(pid);
  if (stat === undefined) return undefined;
  bootId ??= readBootId();
  return `${bootId}/${stat.startTicks}`;
}

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "unknown"; // Some sandboxes mask it; within one boot the ticks are enough.
  }
}
