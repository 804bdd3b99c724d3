import type { Command } from "commander";
import type { AddCommand } from "../add-command.js";
import { EXIT } from "../exit-codes.js";
import { CHOICE_HELP } from "./choose-kernel.js";

const REPLACE_HELP = `
MODULE is a file, seen from here, a file URL, or the name of a package. The new version is started with the data of the
present one, and takes over when it is ready: no call is lost. Where it cannot be started, the present one goes on.
${CHOICE_HELP}

Examples:
  pihost replace parser ./parser-v2.ts`;

/** Commands that change isolates, each with what it says when it is done. */
const CHANGES = [
  { name: "start", what: "start isolates of a kernel that are down", done: "runs", example: "parser" },
  {
    name: "stop",
    what: "end isolates of a kernel in order; they stay down",
    done: "has stopped",
    example: "parser store",
  },
  {
    name: "restart",
    what: "replace processes by fresh ones, without a lost call",
    done: "was restarted",
    example: "-k shop parser",
  },
] as const;

export type Change = (typeof CHANGES)[number]["name"];

/** `pihost start`, `stop`, `restart` and `replace` */
export const addChangeCommands: AddCommand = (program: Command, end) => {
  for (const { name, what, done, example } of CHANGES) {
    const command = program
      .command(name)
      .description(what)
      .argument("<names...>", "the isolates")
      .option("-k, --kernel <name|socket>", "the kernel")
      .addHelpText("after", `${CHOICE_HELP}\n\nExamples:\n  pihost ${name} ${example}`);
    command.action(async (names: string[], options: { kernel?: string }) => {
      const { changeIsolates } = await import("./change-isolates.js");
      await changeIsolates(name, names, done, options);
      end(EXIT.done);
    });
  }
  program
    .command("replace")
    .description("replace the module of an isolate by another, without a lost call")
    .argument("<name>", "the isolate")
    .argument("<module>", "the new module")
    .option("-k, --kernel <name|socket>", "the kernel")
    .addHelpText("after", REPLACE_HELP)
    .action(async (name: string, module: string, options: { kernel?: string }) => {
      const { replaceIsolate } = await import("./change-isolates.js");
      await replaceIsolate(name, module, options);
      end(EXIT.done);
    });
};
