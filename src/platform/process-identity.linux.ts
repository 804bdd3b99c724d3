import { readKernelText } from "./kernel-text.js";
import { readProcStat } from "./proc-stat.linux.js";

let bootId: string | undefined;
let isRead = false;

/** `BOOT-ID/TICKS`: ticks since boot alone would repeat after a reboot. */
export function linuxStartTime(pid: number): string | undefined {
  const stat = readProcStat(pid);
  if (stat === undefined) return undefined;
  // Within one boot the ticks are enough.
  return `${linuxBootId() ?? "unknown"}/${stat.startTicks}`;
}

/** What the running kernel calls itself; undefined in sandboxes that mask it. */
export function linuxBootId(): string | undefined {
  if (!isRead) bootId = readBootId();
  isRead = true;
  return bootId;
}

function readBootId(): string | undefined {
  try {
    return readKernelText("/proc/sys/kernel/random/boot_id").trim() || undefined;
  } catch {
    return undefined;
  }
}
