import { type ProcessRecord, processList } from "./list-processes.js";

/** The processes that a test run started, told apart from everyone else's. */
export interface ProcessWatch {
  /** Those that still live, the test runner and its workers left out. */
  left(): Promise<ProcessRecord[]>;
  /** Whether a process, dead or alive, was seen in this run, its workers included. */
  hasSeen(pid: number, startedAt: string): boolean;
  /** Ends the watch, and kills what is given. */
  stop(leftovers: readonly ProcessRecord[]): void;
}

/**
 * Watches for processes of this run. A process belongs to it if its environment or command line names the run's
 * directory, or if it was once seen below a test worker: an orphan with an empty environment shows neither ancestry
 * nor mark any more.
 */
export function watchProcesses(runDirectory: string): ProcessWatch {
  const seen = new Set<string>();
  const workers = new Set<string>();
  const look = async () => {
    const records = await processList.all();
    for (const record of belowWorkers(records)) seen.add(identity(record));
    for (const record of records) if (record.parentPid === process.pid) workers.add(identity(record));
    return records;
  };
  const timer = setInterval(() => void look().catch(() => {}), processList.intervalMs).unref();
  return {
    left: async () => {
      const records = await look();
      return records.filter(
        (record) =>
          record.pid !== process.pid &&
          record.parentPid !== process.pid &&
          (seen.has(identity(record)) || processList.mentions(record, runDirectory)),
      );
    },
    hasSeen: (pid, startedAt) => {
      const sought = identity({ pid, startedAt });
      return seen.has(sought) || workers.has(sought);
    },
    stop: (leftovers) => {
      clearInterval(timer);
      for (const { pid } of leftovers) kill(pid);
    },
  };
}

/** Descendants of this process's children; the children are the workers and the runner's own tools. */
function belowWorkers(records: readonly ProcessRecord[]): ProcessRecord[] {
  const childrenOf = groupByParent(records);
  const below: ProcessRecord[] = [];
  const pending = [...(childrenOf.get(process.pid) ?? [])];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const children = childrenOf.get(next.pid) ?? [];
    below.push(...children);
    pending.push(...children);
  }
  return below;
}

function groupByParent(records: readonly ProcessRecord[]): Map<number, ProcessRecord[]> {
  const groups = new Map<number, ProcessRecord[]>();
  for (const record of records) {
    const group = groups.get(record.parentPid);
    if (group === undefined) groups.set(record.parentPid, [record]);
    else group.push(record);
  }
  return groups;
}

function identity({ pid, startedAt }: Pick<ProcessRecord, "pid" | "startedAt">): string {
  return `${pid}@${startedAt}`;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone meanwhile.
  }
}
