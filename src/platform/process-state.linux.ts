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
  if (stat === undefined) return portableProcessState(pid);
  const state = STATES[stat.state];
  // The main thread of a killed process is a zombie before the others have ended: until then its descriptors are open,
  // and what is written to it is taken.
  return state === "zombie" && stat.threads > 1 ? "running" : state;
}
