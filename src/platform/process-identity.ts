import { forThisSystem } from "./for-this-system.js";
import { linuxStartTime } from "./process-identity.linux.js";
import { macosStartTime } from "./process-identity.macos.js";

/**
 * When the process started, as an opaque text that no other process with the same pid shares, also after a reboot on
 * Linux. Undefined for a process that does not exist, and always on Windows.
 *
 * Microseconds on Linux; on macOS it runs `ps` and waits for it, so ask only when the answer matters.
 */
export const processStartTime: (pid: number) => string | undefined = forThisSystem({
  linux: linuxStartTime,
  macos: macosStartTime,
  windows: () => undefined,
});

/** Whether `pid` still is the process that had this `processStartTime`. False where that cannot be known. */
export function isSameProcess(pid: number, startTime: string): boolean {
  return processStartTime(pid) === startTime;
}
