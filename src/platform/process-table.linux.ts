import { closeSync, openSync, readSync } from "node:fs";
import { readKernelText } from "./kernel-text.js";
import { MARK_VARIABLE } from "./mark-variable.js";
import { namesIn } from "./names-in.js";
import { type ProcStat, readProcStat } from "./proc-stat.linux.js";
import { inSlices, type Steps } from "./slices.js";

const CHUNK_BYTES = 64 * 1024;
/** Longer than any mark with its variable: what one chunk ends with is looked at again with the next. */
const OVERLAP_CHARACTERS = 128;
const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
const MARKS = new RegExp(`${MARK_VARIABLE}=([0-9a-f.]+)`, "g");

/** The processes of the machine as one look through /proc has found them, by what makes them relatives. */
export class ProcessTable {
  readonly all: ProcStat[] = [];
  /** The processor time of this host that the look took, in milliseconds. */
  costMs = 0;
  readonly #relatives = new Map<number, ProcStat[]>();
  readonly #marks = new Map<ProcStat, readonly string[] | undefined>();

  constructor(processes: readonly ProcStat[] = []) {
    for (const process of processes) this.add(process);
  }

  add(process: ProcStat): void {
    this.all.push(process);
    for (const id of new Set([process.pid, process.parentPid, process.groupId, process.sessionId])) {
      const relatives = this.#relatives.get(id);
      if (relatives === undefined) this.#relatives.set(id, [process]);
      else relatives.push(process);
    }
  }

  /**
   * The members of the tree of `root`: each process whose parent, group leader or session leader is one of them, whether
   * or not that one still lives. Never init, and never this process.
   */
  *treeOf(root: number): Steps<ProcStat[]> {
    const members = new Set<ProcStat>();
    const ids = [root];
    for (const id of ids) {
      for (const relative of this.#relatives.get(id) ?? []) {
        yield;
        if (relative.pid <= 1 || relative.pid === process.pid || members.has(relative)) continue;
        members.add(relative);
        ids.push(relative.pid);
      }
    }
    return [...members];
  }

  /** `readMarks`, once. */
  *marksOf(process: ProcStat): Steps<readonly string[] | undefined> {
    if (!this.#marks.has(process)) this.#marks.set(process, yield* readMarks(process));
    return this.#marks.get(process);
  }
}

let upcoming: Promise<ProcessTable> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Looks through /proc between the turns of the event loop. What is in the answer ran at some time after the call, and
 * nothing that ran from the call to the answer is missing. Whoever asks before a look has begun shares it. Never rejects;
 * the answer is empty without /proc.
 */
export function scanProcesses(): Promise<ProcessTable> {
  if (upcoming === undefined) {
    upcoming = last.then(() => inSlices(readProcesses()));
    last = upcoming;
  }
  return upcoming;
}

function* readProcesses(): Steps<ProcessTable> {
  // From here on a process may start behind the place that the look has come to.
  upcoming = undefined;
  const table = new ProcessTable();
  for (const name of namesIn("/proc")) {
    const at = performance.now();
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? readProcStat(pid) : undefined;
    if (stat !== undefined) table.add(stat);
    table.costMs += performance.now() - at;
    yield;
  }
  return table;
}

/**
 * The marks in the environment that a process was started with; none for one of another user, which is not ours. Undefined
 * for one that is just becoming another program: between the two it has no environment that could be read. The environment
 * is as large as a process likes.
 */
export function* readMarks({ pid, isKernelThread, state }: ProcStat): Steps<readonly string[] | undefined> {
  try {
    // A second time: it may have become the other program since it had no environment.
    for (let time = 0; time < 2; time++) {
      const marks = yield* readEnvironment(pid);
      if (marks !== undefined) return marks;
      if (isKernelThread || state === "Z") return [];
      if (readKernelText(`/proc/${pid}/cmdline`) === "") return undefined;
    }
  } catch {
    // It has ended, or is none of ours.
  }
  return [];
}

/** Undefined where there is none. @throws Error as `openSync` and `readSync` do */
function* readEnvironment(pid: number): Steps<readonly string[] | undefined> {
  const marks = new Set<string>();
  const file = openSync(`/proc/${pid}/environ`, "r");
  try {
    let before: string | undefined;
    for (;;) {
      const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (read === 0) return before === undefined ? undefined : [...marks];
      const text = (before ?? "") + chunk.toString("latin1", 0, read);
      for (const [, mark = ""] of text.matchAll(MARKS)) marks.add(mark);
      before = text.slice(-OVERLAP_CHARACTERS);
      if (read === CHUNK_BYTES) yield;
    }
  } finally {
    closeSync(file);
  }
}
