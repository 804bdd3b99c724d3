import { delay } from "../intrinsics/index.js";
import { type ProcStat, readProcStat } from "./proc-stat.linux.js";
import { signalGroup } from "./process-group.posix.js";
import { type ProcessTable, readMarks, scanProcesses } from "./process-table.linux.js";
import { inSlices, type Steps } from "./slices.js";

/** Bounds the chase after a tree that forks faster than we look. */
const MAX_ROUNDS = 32;

/** How often, and how long apart, one that could not be told from a member is looked at again: some never can. */
const MAX_SECOND_LOOKS = 15;
const SECOND_LOOK_MS = 2;

/** Whose tree is meant. */
export interface LinuxTree {
  readonly root: number;
  /** When the root was started, in clock ticks since boot; absent for whoever has the pid. */
  readonly startTicks?: string | undefined;
  /** What its descendants carry in their environment: they belong to it wherever they are. */
  readonly mark?: string | undefined;
}

/**
 * Signals a tree and resolves with the pids signalled, without starting a process: slim images have no `ps`. Its looks
 * through /proc are shared with whatever else ends at the same time.
 */
export async function killLinuxTree(tree: LinuxTree, signal: NodeJS.Signals): Promise<number[]> {
  if (signal !== "SIGKILL") return signalOnce(tree, signal);
  // Stopped first, so that none can fork, and none that forks meanwhile hands its child to init, where it would be lost.
  const stopped = await chase(tree, "SIGSTOP");
  if (stopped.length === 0) return [];
  await inSlices(signalEach(stopped, "SIGKILL"));
  const killed = await chase(tree, "SIGKILL");
  return [...new Set([...stopped, ...killed].map((process) => process.pid))];
}

/** Every member gets the signal exactly once: programs take a second SIGTERM for impatience. */
async function signalOnce(tree: LinuxTree, signal: NodeJS.Signals): Promise<number[]> {
  const { members } = await inSlices(liveMembers({ ...tree, mark: undefined }, await scanProcesses()));
  const { root } = tree;
  const reached = signalOwnGroup(tree, signal) ? members.filter((process) => process.groupId === root) : [];
  const others = reached.length === 0 ? members : members.filter((process) => process.groupId !== root);
  return [...reached, ...(await inSlices(signalEach(others, signal)))].map((process) => process.pid);
}

/** Signals until a look at the tree finds nobody new. */
async function chase(tree: LinuxTree, signal: "SIGSTOP" | "SIGKILL"): Promise<ProcStat[]> {
  const seen = new Set<string>();
  const reached: ProcStat[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    // Before the look, which takes its time: most of what forks stands still meanwhile.
    signalOwnGroup(tree, signal);
    const { members, uncertain } = await inSlices(liveMembers(tree, await scanProcesses()));
    if (uncertain.length > 0) members.push(...(await marked(uncertain, tree.mark)));
    const fresh = members.filter((process) => !seen.has(identity(process)));
    if (fresh.length === 0) break;
    for (const process of fresh) seen.add(identity(process));
    for (const process of await inSlices(signalEach(fresh, signal))) reached.push(process);
  }
  return reached;
}

/** The group that the root leads, in one step that no fork escapes; not when we are a member ourselves. */
function signalOwnGroup({ root, startTicks }: LinuxTree, signal: NodeJS.Signals): boolean {
  const present = readProcStat(root);
  if (startTicks !== undefined && present !== undefined && present.startTicks !== startTicks) return false;
  return readProcStat(process.pid)?.groupId !== root && signalGroup(root, signal);
}

function* signalEach(targets: readonly ProcStat[], signal: NodeJS.Signals): Steps<ProcStat[]> {
  const reached: ProcStat[] = [];
  for (const target of targets) {
    if (signalProcess(target, signal)) reached.push(target);
    yield;
  }
  return reached;
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

/** Those of them that carry the mark, as far as a moment tells. */
async function marked(processes: readonly ProcStat[], mark: string | undefined): Promise<ProcStat[]> {
  const found: ProcStat[] = [];
  let open = processes;
  for (let looks = 0; open.length > 0 && looks < MAX_SECOND_LOOKS; looks++) {
    await delay(SECOND_LOOK_MS);
    const still: ProcStat[] = [];
    for (const process of open) {
      const marks = await inSlices(readMarks(process));
      if (marks === undefined) still.push(process);
      else if (mark !== undefined && marks.includes(mark)) found.push(process);
    }
    open = still;
  }
  return found;
}

interface Members {
  readonly members: ProcStat[];
  /** They are just becoming other programs, and may be some. */
  readonly uncertain: readonly ProcStat[];
}

function* liveMembers(tree: LinuxTree, table: ProcessTable): Steps<Members> {
  const uncertain: ProcStat[] = [];
  const members = new Set(yield* relatives(tree, table));
  const { mark, startTicks = "0" } = tree;
  if (mark !== undefined) {
    for (const candidate of table.all) {
      yield;
      // Nobody descends from what was started later.
      if (Number(candidate.startTicks) < Number(startTicks) || candidate.pid === process.pid) continue;
      if (members.has(candidate)) continue;
      const marks = yield* table.marksOf(candidate);
      if (marks === undefined) uncertain.push(candidate);
      else if (marks.includes(mark)) members.add(candidate);
    }
  }
  return { members: [...members].filter(({ state }) => state !== "Z" && state !== "X"), uncertain };
}

/** None where the pid is another's by now: it is not given out again while a group or session bears its number. */
function* relatives({ root, startTicks }: LinuxTree, table: ProcessTable): Steps<ProcStat[]> {
  const members = yield* table.treeOf(root);
  const present = members.find(({ pid }) => pid === root);
  return startTicks !== undefined && present !== undefined && present.startTicks !== startTicks ? [] : members;
}

function identity(process: ProcStat): string {
  return `${process.pid}/${process.startTicks}`;
}
