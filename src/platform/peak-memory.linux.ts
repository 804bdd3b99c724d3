import { readFileSync } from "node:fs";

/** From `/proc/PID/status`; a zombie has no such lines any more. */
export function linuxPeakMemory(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    const [, resident] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    const [, swapped = "0"] = /^VmSwap:\s+(\d+) kB$/m.exec(status) ?? [];
    return resident === undefined ? undefined : (Number(resident) + Number(swapped)) * 1_024;
  } catch {
    return undefined;
  }
}
