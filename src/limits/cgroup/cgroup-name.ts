import { readlinkSync } from "node:fs";
import { readProcStat } from "../../platform/proc-stat.linux.js";

/** Also begins the names of the framework's other files. */
const NAME = /^pi-(?<namespace>\d+)-(?<pid>\d+)-(?<startTicks>\d+)-\d+(?:\.scope)?$/;

let prefix: string | undefined;
let count = 0;

/**
 * How the names of all groups of this host begin: `pi-NAMESPACE-PID-START-`. A pid means nothing in another pid
 * namespace, and it is given out again: hence the other two.
 */
export function cgroupNamePrefix(): string {
  prefix ??= `pi-${pidNamespace()}-${process.pid}-${readProcStat(process.pid)?.startTicks ?? 0}-`;
  return prefix;
}

/** A name that no other group on this machine has. */
export function newCgroupName(): string {
  return `${cgroupNamePrefix()}${++count}`;
}

/** Whether a name is that of a group whose host is gone; never for a host that we could not see. */
export function isStaleName(name: string): boolean {
  const { namespace, pid, startTicks } = NAME.exec(name)?.groups ?? {};
  if (namespace === undefined || namespace !== pidNamespace()) return false;
  const host = readProcStat(Number(pid));
  return host === undefined || host.startTicks !== startTicks || host.state === "Z" || host.state === "X";
}

/** The number of this process's pid namespace, from `pid:[4026531836]`; 0 where it is hidden. */
function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}
