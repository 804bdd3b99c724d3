import { rmSync } from "node:fs";
import { liveRecords, type ProcessRecord, writeRecord } from "../platform/index.js";

/** What it takes to reach a running kernel. It lies in a file of mode 0600, in the private directory of its host process. */
export interface LiveKernel extends ProcessRecord {
  /** The path of its front door. */
  readonly socket: string;
  /** The address on which its front door listens by TCP. */
  readonly address?: { readonly host: string; readonly port: number };
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
  const path = writeRecord<LiveKernel>(`${published}${SUFFIX}`, { ...kernel, pid: process.pid });
  return () => rmSync(path, { force: true });
}

/** The kernels of this user that run, of every host process, by name. What a process that is gone has left is none. */
export function listLiveKernels(): LiveKernel[] {
  return liveRecords<LiveKernel>(SUFFIX).sort((a, b) => a.name.localeCompare(b.name) || a.startedAt - b.startedAt);
}
