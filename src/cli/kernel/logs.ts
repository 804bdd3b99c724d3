import type { Command } from "commander";
import type { AddCommand } from "../add-command.js";
import { EXIT } from "../exit-codes.js";
import { wholeNumber } from "../option-values.js";
import { CHOICE_HELP } from "./choose-kernel.js";

const HELP = `
NAME is an isolate; without one, all of them. The kernel keeps the last 1,000 lines and 256 KiB of each. What they wrote to
stderr goes to stderr. With --follow it goes on until Ctrl+C, or the end of the kernel.
${CHOICE_HELP}

Examples:
  pihost logs -f
  pihost logs -n 20 parser store`;

export interface LogsOptions {
  readonly kernel?: string;
  readonly follow?: true;
  readonly tail?: number;
  readonly timestamps?: true;
  readonly json?: true;
}

/** `pihost logs` */
export const addLogsCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("logs")
    .description("what the isolates of a kernel wrote")
    .argument("[names...]", "the isolates")
    .option("-k, --kernel <name|socket>", "the kernel")
    .option("-f, --follow", "go on with lines as they are written")
    .option("-n, --tail <lines>", "so many of the last lines of each isolate (default: all)", wholeNumber)
    .option("-t, --timestamps", "when each line was written")
    .option("--json", "print a line of JSON for each")
    .addHelpText("after", HELP);
  command.action(async (names: string[], options: LogsOptions) => {
    const { printLogs } = await import("./print-logs.js");
    await printLogs(names, options);
    end(EXIT.done);
  });
};
