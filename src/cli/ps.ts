import type { Command } from "commander";
import type { AddCommand } from "./add-command.js";
import { EXIT } from "./exit-codes.js";
import { formatBytes, formatDuration } from "./format.js";
import type { LiveStatus } from "./live-status.js";
import { jsonLine, note, print } from "./output.js";
import { printTable } from "./table.js";
import { printable } from "./terminal.js";

const HELP = `
Shows the isolates that this user started with a name and "discoverable: true" (pihost run --discoverable), of every
host process. A process that does not answer within two seconds is shown without its figures.

With --commands, shows commands for grpcurl and buf curl that speak to each of them. They have its token, with which anybody can call
into it: while one runs, every user of the machine that lists processes sees it.

Examples:
  pihost ps
  pihost ps --commands
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
    .option("--commands", "print commands for grpcurl and buf curl, with the tokens")
    .addHelpText("after", HELP);
  command.action(async ({ json, commands }: { json?: true; commands?: true }) => {
    if (commands === true) {
      await printCommands();
      return end(EXIT.done);
    }
    const rows = await readRows();
    if (json) print(jsonLine(rows));
    else if (rows.length === 0 && process.stdout.isTTY) note("no isolate with discoverable: true is alive");
    else printTable(HEAD, rows.map(toCells));
    return end(EXIT.done);
  });
};

async function printCommands(): Promise<void> {
  const [{ listLive }, { commandsToPaste }] = await Promise.all([
    import("../isolator/index.js"),
    import("./commands-to-paste.js"),
  ]);
  for (const { name, pid, address, token } of listLive()) {
    const { grpcurl, buf } = commandsToPaste(address, token);
    print(`# ${printable(name)} (pid ${pid})`, ...grpcurl, ...buf, "");
  }
}

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
