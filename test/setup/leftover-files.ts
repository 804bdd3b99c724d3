import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessRecord } from "./list-processes.js";
import type { RunDirectory } from "./run-directory.js";

/** What a run left behind. */
export interface Leftovers {
  readonly processes: readonly ProcessRecord[];
  readonly files: readonly string[];
}

export function isEmpty({ processes, files }: Leftovers): boolean {
  return processes.length === 0 && files.length === 0;
}

/** The framework's own files begin with this, wherever they are. */
const PREFIX = "pi-";
/** Shared memory has no per-run directory: there, the marker in each folder says whose host's it is. */
const SHARED_MEMORY = "/dev/shm";
const MARKER = "process-isolation.json";

/** Call it at the start of a run; what it gives lists what the run has left so far. */
export function leftoverFiles(run: RunDirectory): () => string[] {
  const isOurs = (path: string): boolean => {
    const owner = ownerOf(path);
    return owner.startsWith(run.runtime) || owner.startsWith(run.temporary);
  };
  return () => [
    ...entries(run.runtime),
    ...entries(run.temporary, PREFIX),
    ...entries(SHARED_MEMORY, PREFIX).filter(isOurs),
  ];
}

function ownerOf(directory: string): string {
  try {
    const { sockets }: { sockets?: unknown } = JSON.parse(readFileSync(join(directory, MARKER), "utf8"));
    return String(sockets);
  } catch {
    return "";
  }
}

function entries(directory: string, prefix = ""): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(directory, name));
}

export function describeLeftovers({ processes, files }: Leftovers): string {
  const lines = [
    ...processes.map(({ pid, parentPid, command }) => `  process ${pid} (parent ${parentPid}): ${command}`),
    ...files.map((path) => `  ${path}`),
  ];
  return `the tests left behind:\n${lines.join("\n")}`;
}
