import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ProcessList, ProcessRecord } from "./list-processes.js";

const QUERY =
  "Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,CommandLine," +
  "@{n='Started';e={[string]$_.CreationDate.Ticks}} | ConvertTo-Json -Compress";

/** From the management interface; slow to ask (about a second), and no environments. */
export const listWindowsProcesses: ProcessList = {
  intervalMs: 5_000,
  all: async () => {
    const { stdout } = await promisify(execFile)(
      "powershell.exe",
      ["-NoProfile", "-NonInteractive", "-Command", QUERY],
      {
        maxBuffer: 64 * 1024 * 1024,
        windowsHide: true,
      },
    );
    return parseCimOutput(stdout);
  },
  mentions: ({ command }, text) => command.includes(text),
};

interface CimProcess {
  ProcessId: number;
  ParentProcessId: number;
  CommandLine: string | null;
  Started: string | null;
}

/** Exported for its test. */
export function parseCimOutput(output: string): ProcessRecord[] {
  const processes = JSON.parse(output) as CimProcess[];
  return processes.map(({ ProcessId, ParentProcessId, CommandLine, Started }) => ({
    pid: ProcessId,
    parentPid: ParentProcessId,
    startedAt: Started ?? "",
    command: CommandLine ?? "",
  }));
}
