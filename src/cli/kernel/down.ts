import type { Command } from "commander";
import type { AddCommand } from "../add-command.js";
import { EXIT } from "../exit-codes.js";
import { milliseconds } from "../option-values.js";
import { print } from "../output.js";
import { CHOICE_HELP } from "./choose-kernel.js";

const HELP = `
NAME may also be the path of a socket. Returns when the kernel has stopped: each isolate when nobody that depends on it is left.
${CHOICE_HELP}

Examples:
  pihost down
  pihost down shop --reason "new version" --grace 30000`;

interface DownOptions {
  readonly kernel?: string;
  readonly reason: string;
  readonly grace?: number;
}

/** `pihost down` */
export const addDownCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("down")
    .description("stop a kernel in order")
    .argument("[name]", "the kernel")
    .option("-k, --kernel <name|socket>", "the same")
    .option("--reason <text>", "why, for events and the errors of refused calls", "requested by pihost down")
    .option(
      "--grace <ms>",
      "milliseconds that running calls get to finish (default: each isolate's own)",
      milliseconds(),
    )
    .addHelpText("after", HELP);
  command.action(async (name: string | undefined, { kernel = name, reason, grace }: DownOptions) => {
    const { stopKernel } = await import("./stop-kernel.js");
    const choice = kernel === undefined ? {} : { kernel };
    print(await stopKernel(choice, reason, grace));
    end(EXIT.done);
  });
};
