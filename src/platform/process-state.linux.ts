import { readProcStat } from "./proc-stat.linux.js";
import type { ProcessState } from "./process-state.js";
import { portableProcessState } from "./process-state.portable.js";

const STATES: Readonly<Record<string, ProcessState>> = {
  R: "running",
  S: "sleeping",
  D: "sleeping",
  I: "sleeping",
  T: "stopped",
  t: "stopped",
  Z: "zombie",
  X: "dead",
  x: "dead",
};

/** From `/proc/PID/stat`. Without an entry there, a signal tells a dead process from one that is hidden from us. */
export function linuxProcessState(pid: number): ProcessState | undefined {
  const stat = readProcStat(pid);
  return stat === undefined ? portableProcessState(pid) : STATES[stat.state];
}
