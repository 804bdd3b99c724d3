import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ProcessList, ProcessRecord } from "./list-processes.js";

const LINE = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+ +\S+ +\d+ +[\d:]+ +\d+)\s+(.*)$/;

/** From `ps`; -E puts the environment behind the command line for processes of one's own (macOS). */
export const listPosixProcesses: ProcessList = {
  intervalMs: 1_000,
  all: async () => {
    const { stdout } = await promisify(execFile)("ps", ["-A", "-E", "-ww", "-o", "pid=,ppid=,stat=,lstart=,command="], {
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, LC_ALL: "C" },
    });
    return parsePsOutput(stdout);
  },
  mentions: ({ command }, text) => command.includes(text),
};

/** Exported for its test. */
export function parsePsOutput(output: string): ProcessRecord[] {
  return output.split("\n").flatMap((line) => {
    const [, pid, parentPid, state = "", startedAt = "", command = ""] = LINE.exec(line) ?? [];
    if (pid === undefined || state.startsWith("Z")) return [];
    return [{ pid: Number(pid), parentPid: Number(parentPid), startedAt, command }];
  });
}
