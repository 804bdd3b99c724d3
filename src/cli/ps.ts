import type { Command } from "commander";
import type { AddCommand } from "./add-command.js";
import { EXIT } from "./exit-codes.js";
import { formatBytes, formatDuration } from "./format.js";
import type { LiveStatus } from "./live-status.js";
import { note, print } from "./output.js";
import { printTable } from "./table.js";

const HELP = `
Shows the isolates that this user started with a name and "discoverable: true" (pihost run --discoverable), of every
host process. A process that does not answer within two seconds is shown without its figures.

Examples:
  pihost ps
  pihost ps --json | jq -r '.[].name'`;

const HEAD = ["NAME", "PID", "GENERATION", "HOST", "STATE", "UPTIME", "CALLS", "MEMORY"];

/** A row of `pihost ps`: what the record says, and what the process answered, if it did. */
type Row = Pick<LiveStatus, "name" | "pid" | "hostPid" | "generation"> & {
  readonly state: LiveStatus["state"] | "no answer";
} & Partial<Pick<LiveStatus, "uptimeMs" | "callsInFlight" | "rssBytes">>;

/** `pihost ps` */
export const addPsCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("ps")
    .description("list the live isolates that can be found")
    .option("--json", "print an array of JSON objects")
    .addHelpText("after", HELP);
  command.action(async ({ json }: { json?: true }) => {
    const rows = await readRows();
    if (json) print(JSON.stringify(rows));
    else if (rows.length === 0 && process.stdout.isTTY) note("no isolate with discoverable: true is alive");
    else printTable(HEAD, rows.map(toCells));
    end(EXIT.done);
  });
};

async function readRows(): Promise<Row[]> {
  const [{ listLive }, { readLiveStatus }] = await Promise.all([
    import("../isolator/index.js"),
    import("./live-status.js"),
  ]);
  return Promise.all(
    listLive().map(async (record) => {
      const { name, pid, hostPid, generation } = record;
      const own = { name, pid, hostPid, generation };
      try {
        const { state, uptimeMs, callsInFlight, rssBytes } = await readLiveStatus(record);
        return { ...own, state, uptimeMs, callsInFlight, rssBytes };
      } catch {
        return { ...own, state: "no answer" as const };
      }
    }),
  );
}

function toCells({ name, pid, generation, hostPid, state, uptimeMs, callsInFlight, rssBytes }: Row): string[] {
  return [
    name,
    String(pid),
    String(generation),
    String(hostPid),
    state,
    uptimeMs === undefined ? "-" : formatDuration(uptimeMs),
    callsInFlight === undefined ? "-" : String(callsInFlight),
    rssBytes === undefined ? "-" : formatBytes(rssBytes),
  ];
}
