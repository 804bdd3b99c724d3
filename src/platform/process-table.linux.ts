import { closeSync, openSync, readSync } from "node:fs";
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
  readonly #marks = new Map<ProcStat, readonly string[]>();

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

  /** The marks in the environment that a process was started with; none for one of another user, which is not ours. */
  *marksOf(process: ProcStat): Steps<readonly string[]> {
    let marks = this.#marks.get(process);
    if (marks === undefined) {
      marks = yield* readMarks(process.pid);
      this.#marks.set(process, marks);
    }
    return marks;
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

/** A process gives itself an environment of megabytes if it likes. */
function* readMarks(pid: number): Steps<readonly string[]> {
  const marks = new Set<string>();
  let file: number | undefined;
  try {
    file = openSync(`/proc/${pid}/environ`, "r");
    let before = "";
    for (;;) {
      const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (read === 0) break;
      const text = before + chunk.toString("latin1", 0, read);
      for (const [, mark = ""] of text.matchAll(MARKS)) marks.add(mark);
      before = text.slice(-OVERLAP_CHARACTERS);
      if (read === CHUNK_BYTES) yield;
    }
  } catch {
    // It has ended, or is none of ours.
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return [...marks];
}
