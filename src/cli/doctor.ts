import type { Command } from "commander";
import type { Capability } from "../platform/index.js";
import type { AddCommand } from "./add-command.js";
import { EXIT } from "./exit-codes.js";
import { jsonLine, print } from "./output.js";
import { printTable } from "./table.js";
import { styled } from "./terminal.js";

const HELP = `
Looks and changes nothing. The exit code is 1 when something is missing that nothing works without; all else is a matter
of which limits and guards are there.

Examples:
  pihost doctor
  pihost doctor --json | jq '.[] | select(.status != "ok")'`;

const COLOURS = { ok: "green", limited: "yellow", missing: "red" } as const;
const STATUS_COLUMN = 1;

/** `pihost doctor` */
export const addDoctorCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("doctor")
    .description("say what this machine supports")
    .option("--json", "print an array of JSON objects")
    .addHelpText("after", HELP);
  command.action(async ({ json }: { json?: true }) => {
    const [{ probeCapabilities }, { probeLimits }, { probeSandbox }] = await Promise.all([
      import("../platform/index.js"),
      import("../limits/index.js"),
      import("../sandbox/index.js"),
    ]);
    const found = [...probeCapabilities(), ...probeSandbox(), ...probeLimits()];
    if (json) print(jsonLine(found));
    else printTable(["WHAT", "STATUS", "FOUND", "WHY IT MATTERS"], found.map(toCells), colourStatus);
    end(found.some(({ status, essential }) => essential && status === "missing") ? EXIT.failed : EXIT.done);
  });
};

function toCells({ name, status, found, matters }: Capability): string[] {
  return [name, status, found, matters];
}

function colourStatus(cell: string, column: number): string {
  const colour = COLOURS[cell.trim() as keyof typeof COLOURS];
  return column === STATUS_COLUMN && colour !== undefined ? styled(process.stdout, colour, cell) : cell;
}
