import type { Command } from "commander";
import type { AddCommand } from "../add-command.js";
import { milliseconds } from "../option-values.js";
import { CHOICE_HELP } from "./choose-kernel.js";

const HELP = `
q or Ctrl+C leaves it; the kernel goes on. Where stdout is no terminal, the table is printed once.
${CHOICE_HELP}

Examples:
  pihost top
  pihost top shop --interval 250`;

export interface TopOptions {
  readonly kernel?: string;
  readonly interval: number;
  readonly json?: true;
}

/** `pihost top` */
export const addTopCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("top")
    .description("watch the isolates of a kernel: states, calls, memory, processor")
    .argument("[name]", "the kernel")
    .option("-k, --kernel <name|socket>", "the same")
    .option("--interval <ms>", "milliseconds between two readings, from 100", milliseconds(100), 1_000)
    .option("--json", "one line of JSON for each reading, until it is ended")
    .addHelpText("after", HELP);
  command.action(async (name: string | undefined, options: TopOptions) => {
    const { runTop } = await import("./run-top.js");
    end(await runTop(name === undefined ? options : { ...options, kernel: name }));
  });
};
