import { readdirSync } from "node:fs";
import { readKernelText } from "./kernel-text.js";

/** A flag of the kernel's `include/linux/sched.h`. */
const PF_KTHREAD = 0x00200000;

/** What the framework reads from `/proc/PID/stat`, see proc(5). */
export interface ProcStat {
  pid: number;
  /** One letter: R, S, D, T, t, Z, X, … */
  state: string;
  parentPid: number;
  groupId: number;
  sessionId: number;
  isKernelThread: boolean;
  /** User and system time in clock ticks, all threads together. */
  cpuTicks: number;
  threads: number;
  /** When it started, in clock ticks since boot. A string, since it is only ever compared. */
  startTicks: string;
  residentPages: number;
}

/** Reads `/proc/PID/stat`; undefined where there is no such process, or none that we may see. */
export function readProcStat(pid: number): ProcStat | undefined {
  try {
    return parseProcStat(readKernelText(`/proc/${pid}/stat`));
  } catch {
    return undefined;
  }
}

/** All processes that we may see; empty without /proc. */
export function listProcesses(): ProcStat[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcStat(Number(name)))
    .filter((stat) => stat !== undefined);
}

/**
 * Parses `PID (COMMAND) STATE PPID …`. The command is whatever the process calls itself, parentheses, spaces and line
 * breaks included: the fields begin after the last parenthesis.
 */
export function parseProcStat(text: string): ProcStat | undefined {
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  // proc(5) counts from 1 and has the state as its field 3.
  const field = (number: number): string => fields[number - 3] ?? "";
  const startTicks = field(22);
  if (end < 0 || startTicks === "") return undefined;
  return {
    pid: Number.parseInt(text, 10),
    state: field(3),
    parentPid: Number(field(4)),
    groupId: Number(field(5)),
    sessionId: Number(field(6)),
    isKernelThread: (Number(field(9)) & PF_KTHREAD) !== 0,
    cpuTicks: Number(field(14)) + Number(field(15)),
    threads: Number(field(20)),
    startTicks,
    residentPages: Number(field(24)),
  };
}
