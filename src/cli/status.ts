import type { Command } from "commander";
import type { AddCommand } from "./add-command.js";
import { EXIT } from "./exit-codes.js";
import { formatBytes, formatDuration } from "./format.js";
import type { LiveStatus } from "./live-status.js";
import { jsonLine, print } from "./output.js";
import { printFacts } from "./table.js";

const HELP = `
Examples:
  pihost status worker
  pihost status 4711 --json`;

/** `pihost status` */
export const addStatusCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("status")
    .description("ask a live isolate how it is")
    .argument("<name|pid>", "the isolate, as pihost ps shows it")
    .option("--json", "print a JSON object")
    .addHelpText("after", HELP);
  command.action(async (nameOrPid: string, { json }: { json?: true }) => {
    const [{ findLive }, { readLiveStatus }] = await Promise.all([
      import("./live-isolate.js"),
      import("./live-status.js"),
    ]);
    const status = await readLiveStatus(findLive(nameOrPid));
    if (json) print(jsonLine(status));
    else printFacts(toFacts(status));
    end(EXIT.done);
  });
};

function toFacts(status: LiveStatus): [string, string][] {
  return [
    ["name", status.name],
    ["pid", String(status.pid)],
    ["host pid", String(status.hostPid)],
    ["generation", String(status.generation)],
    ["state", status.state],
    ["uptime", formatDuration(status.uptimeMs)],
    ["calls", `${status.callsInFlight} running, ${status.callsDone} done, ${status.callsFailed} failed`],
    ["memory", formatBytes(status.rssBytes)],
    ["heap", `${formatBytes(status.heapUsedBytes)} of ${formatBytes(status.heapLimitBytes)}`],
    ["processor time", `${status.cpuSeconds.toFixed(2)} s`],
    ["event-loop lag", `${status.eventLoopLagMs.toFixed(1)} ms`],
    ["runtime", status.runtimeVersion],
    ["package", status.packageVersion],
    ["address", status.address],
  ];
}
