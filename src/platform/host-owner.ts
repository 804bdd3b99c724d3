import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { forThisSystem } from "./for-this-system.js";
import { linuxBootId, linuxStartTime } from "./process-identity.linux.js";
import { isAlive } from "./process-state.js";

/** Who has made a directory, as far as other hosts can tell whether that one lives. */
export interface HostOwner {
  /** The running kernel: sockets and device numbers mean something only there. Empty where it is not known. */
  readonly machine: string;
  /** The namespace that `pid` belongs to; empty where there are none. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** Empty where finding out is not cheap. */
  readonly startTime: string;
}

interface OwnerFacts {
  machine(): string;
  pidNamespace(): string;
  startTime(pid: number): string;
}

const portable: OwnerFacts = { machine: hostname, pidNamespace: () => "", startTime: () => "" };

const system = forThisSystem<OwnerFacts>({
  linux: {
    machine: () => linuxBootId() ?? "",
    pidNamespace: linuxPidNamespace,
    startTime: (pid) => linuxStartTime(pid) ?? "",
  },
  macos: portable,
  windows: portable,
});

/** This process. */
export function ownOwner(): HostOwner {
  const { pid } = process;
  return { machine: system.machine(), pidNamespace: system.pidNamespace(), pid, startTime: system.startTime(pid) };
}

/** Whether an owner is seen to live. False also where it cannot be seen from here. */
export function seesAlive({ pidNamespace, pid, startTime }: HostOwner): boolean {
  if (pidNamespace !== system.pidNamespace() || !isAlive(pid)) return false;
  return startTime === "" || system.startTime(pid) === startTime;
}

function linuxPidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
