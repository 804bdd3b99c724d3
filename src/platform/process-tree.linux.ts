import { listProcesses, type ProcStat, readProcStat } from "./proc-stat.linux.js";
import { signalGroup } from "./process-group.posix.js";

/** Bounds the chase after a tree that forks faster than we look. */
const MAX_ROUNDS = 32;

/** Signals the tree of `root` and returns the pids signalled, without starting a process: slim images have no `ps`. */
export function killLinuxTree(root: number, signal: NodeJS.Signals): number[] {
  if (signal !== "SIGKILL") return signalOnce(root, signal);
  // Stopped first, so that none can fork, and none that forks meanwhile hands its child to init, where it would be lost.
  const stopped = chase(root, "SIGSTOP");
  for (const process of stopped) signalProcess(process, "SIGKILL");
  const killed = chase(root, "SIGKILL");
  return [...new Set([...stopped, ...killed].map((process) => process.pid))];
}

/** Every member gets the signal exactly once: programs take a second SIGTERM for impatience. */
function signalOnce(root: number, signal: NodeJS.Signals): number[] {
  const members = liveTree(root);
  const reached = signalOwnGroup(root, signal) ? members.filter((process) => process.groupId === root) : [];
  const others = members.filter((process) => !reached.includes(process));
  return [...reached, ...others.filter((process) => signalProcess(process, signal))].map((process) => process.pid);
}

/** Signals until a look at the tree finds nobody new. */
function chase(root: number, signal: "SIGSTOP" | "SIGKILL"): ProcStat[] {
  const seen = new Set<string>();
  const reached: ProcStat[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const fresh = liveTree(root).filter((process) => !seen.has(identity(process)));
    if (fresh.length === 0) break;
    signalOwnGroup(root, signal);
    for (const process of fresh) {
      seen.add(identity(process));
      if (signalProcess(process, signal)) reached.push(process);
    }
  }
  return reached;
}

/** The group that `root` leads, in one step that no fork escapes; not when we are a member ourselves. */
function signalOwnGroup(root: number, signal: NodeJS.Signals): boolean {
  return readProcStat(process.pid)?.groupId !== root && signalGroup(root, signal);
}

/** Signals this very process, and not one that got its pid since. */
function signalProcess(target: ProcStat, signal: NodeJS.Signals): boolean {
  if (readProcStat(target.pid)?.startTicks !== target.startTicks) return false;
  try {
    return process.kill(target.pid, signal);
  } catch {
    return false;
  }
}

function liveTree(root: number): ProcStat[] {
  return treeOf(root, listProcesses()).filter((process) => process.state !== "Z" && process.state !== "X");
}

/**
 * The members of the tree of `root`: each process whose parent, group leader or session leader is one of them, whether
 * or not that one still lives. Never init, and never this process.
 */
export function treeOf(root: number, processes: readonly ProcStat[]): ProcStat[] {
  const members = new Set([root]);
  const candidates = processes.filter(({ pid }) => pid > 1 && pid !== process.pid);
  let size = 0;
  while (size !== members.size) {
    size = members.size;
    for (const { pid, parentPid, groupId, sessionId } of candidates) {
      if (members.has(parentPid) || members.has(groupId) || members.has(sessionId)) members.add(pid);
    }
  }
  return candidates.filter(({ pid }) => members.has(pid));
}

function identity(process: ProcStat): string {
  return `${process.pid}/${process.startTicks}`;
}
