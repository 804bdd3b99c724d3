import { listLinuxProcesses } from "./list-processes.linux.js";
import { listPosixProcesses } from "./list-processes.posix.js";
import { listWindowsProcesses } from "./list-processes.windows.js";

/** One living process; zombies are not listed. */
export interface ProcessRecord {
  readonly pid: number;
  readonly parentPid: number;
  /** Tells two processes apart that had the same id one after the other. */
  readonly startedAt: string;
  readonly command: string;
}

export interface ProcessList {
  /** Every process of the machine. */
  all(): Promise<ProcessRecord[]>;
  /** Whether a process has `text` in its command line or, where the system shows it, its environment. */
  mentions(record: ProcessRecord, text: string): boolean;
  /** How often one may ask, in milliseconds. */
  readonly intervalMs: number;
}

/** The processes of this machine. */
export const processList: ProcessList =
  process.platform === "linux"
    ? listLinuxProcesses
    : process.platform === "win32"
      ? listWindowsProcesses
      : listPosixProcesses;
