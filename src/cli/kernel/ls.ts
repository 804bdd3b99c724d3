import type { Command } from "commander";
import type { AddCommand } from "../add-command.js";
import { EXIT } from "../exit-codes.js";
import { CHOICE_HELP } from "./choose-kernel.js";

const HELP = `
Without NAME, the kernels of this user that run; with it, the isolates of that one. NAME may also be the path of a socket.
${CHOICE_HELP}

Examples:
  pihost ls
  pihost ls shop
  pihost ls shop --json | jq -r '.isolates[] | select(.state != "ready").name'`;

/** `pihost ls` */
export const addLsCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("ls")
    .description("list the kernels that run, or the isolates of one")
    .argument("[name]", "the kernel")
    .option("-k, --kernel <name|socket>", "the same")
    .option("--json", "print JSON")
    .addHelpText("after", HELP);
  command.action(async (name: string | undefined, { kernel = name, json }: { kernel?: string; json?: true }) => {
    const { listIsolates, listKernels } = await import("./list-kernels.js");
    await (kernel === undefined ? listKernels(json === true) : listIsolates({ kernel }, json === true));
    end(EXIT.done);
  });
};
