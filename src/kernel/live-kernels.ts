import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectories, hostDirectory, isAlive, isSameProcess, processStartTime } from "../platform/index.js";

/** What it takes to reach a running kernel. It lies in a file of mode 0600, in the private directory of its host process. */
export interface LiveKernel {
  readonly name: string;
  /** Of the process that the kernel runs in. */
  readonly pid: number;
  /** Tells that process from a later one with its pid. */
  readonly startTime?: string;
  /** The path of its front door. */
  readonly socket: string;
  /** With the scope `operate`. */
  readonly token: string;
  /** The file of its manifest. */
  readonly file?: string;
  /** Where its output is written, where that is a file: of `pihost up -d`. */
  readonly log?: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

const SUFFIX = ".kernel.json";

let published = 0;

/** Makes a kernel of this process findable; the result takes that back. */
export function publishKernel(kernel: Omit<LiveKernel, "pid" | "startTime">): () => void {
  published += 1;
  const startTime = processStartTime(process.pid);
  const record: LiveKernel = { ...kernel, pid: process.pid, ...(startTime === undefined ? {} : { startTime }) };
  const path = join(hostDirectory(), `${published}${SUFFIX}`);
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return () => rmSync(path, { force: true });
}

/** The kernels of this user that run, of every host process, by name. What a process that is gone has left is none. */
export function listLiveKernels(): LiveKernel[] {
  return hostDirectories()
    .flatMap((directory) => recordsIn(directory))
    .filter(({ pid, startTime }) => (startTime === undefined ? isAlive(pid) : isSameProcess(pid, startTime)))
    .sort((a, b) => a.name.localeCompare(b.name) || a.startedAt - b.startedAt);
}

function recordsIn(directory: string): LiveKernel[] {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => JSON.parse(readFileSync(join(directory, file), "utf8")) as LiveKernel);
  } catch {
    // The host and its directory went between the listing and the reading.
    return [];
  }
}
