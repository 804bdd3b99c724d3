import { readdirSync, readFileSync } from "node:fs";
import type { ProcessList, ProcessRecord } from "./list-processes.js";

/** From /proc, without starting a process. */
export const listLinuxProcesses: ProcessList = {
  intervalMs: 200,
  all: async () =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readRecord(Number(name)))
      .filter((record) => record !== undefined),
  mentions: ({ pid, command }, text) => command.includes(text) || read(`/proc/${pid}/environ`).includes(text),
};

function readRecord(pid: number): ProcessRecord | undefined {
  // The second field is the name in brackets, which may hold blanks and brackets itself.
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");
  const [state, parentPid] = fields;
  if (state === undefined || state === "" || state === "Z" || state === "X") return undefined;
  const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
  return { pid, parentPid: Number(parentPid), startedAt: fields[19] ?? "", command };
}

/** "" for a process that ended meanwhile or belongs to someone else. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
