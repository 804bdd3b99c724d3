import type { Command } from "commander";
import type { AddCommand } from "../add-command.js";
import { wholeNumber } from "../option-values.js";
import { CHOICE_HELP } from "./choose-kernel.js";

const HELP = `
Prints the address of a page that shows the kernel's isolates, deaths and logs, and can restart, replace, stop and start them.
Ctrl+C ends it; the kernel goes on. Whoever has the address can operate the kernel: it holds a token, and is for browsers of
this machine alone.
${CHOICE_HELP}

Examples:
  pihost dashboard
  pihost dashboard shop --port 8080`;

export interface DashboardCommandOptions {
  readonly kernel?: string;
  readonly port: number;
  readonly host: string;
  readonly json?: true;
}

/** `pihost dashboard` */
export const addDashboardCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("dashboard")
    .description("look at a kernel, and operate it, in a browser")
    .argument("[name]", "the kernel")
    .option("-k, --kernel <name|socket>", "the same")
    .option("-p, --port <number>", "where it listens; 0 is any port that is free", wholeNumber, 0)
    .option("--host <address>", "a loopback address", "127.0.0.1")
    .option("--json", "print the address as JSON")
    .addHelpText("after", HELP);
  command.action(async (name: string | undefined, options: DashboardCommandOptions) => {
    const { runDashboard } = await import("./run-dashboard.js");
    end(await runDashboard(name === undefined ? options : { ...options, kernel: name }));
  });
};
