import type { Command } from "commander";
import type { ModuleExport } from "../contract/index.js";
import type { AddCommand } from "./add-command.js";
import { EXIT } from "./exit-codes.js";
import { jsonLine, print } from "./output.js";
import { printable } from "./terminal.js";

const HELP = `
MODULE is a file, a file URL or the name of a package, seen from --from. It is loaded in a process of its own, which ends
afterwards; nothing of it is called.

Examples:
  pihost exports ./sample-lib.js
  pihost exports --json some-package | jq -r '.[].name'`;

/** `pihost exports` */
export const addExportsCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("exports")
    .description("list what a module exports, each with its kind")
    .argument("<module>", "the module")
    .option("--from <dir>", "where modules are looked for (default: the working directory)")
    .option("--json", "print a JSON array")
    .addHelpText("after", HELP);
  command.action(async (module: string, { from, json }: { from?: string; json?: true }) => {
    const [{ ProcessIsolator }, { toModule }] = await Promise.all([
      import("../isolator/index.js"),
      import("./run-options.js"),
    ]);
    const isolator = await ProcessIsolator.create({ ...(from === undefined ? {} : { from }), stderr: "inherit" });
    try {
      const exports = await isolator.exports(toModule(module, from));
      if (json) print(jsonLine(exports));
      else print(...exports.flatMap((each) => describe(each, "")));
      end(EXIT.done);
    } finally {
      await isolator.terminate();
    }
  });
};

/** A line for an export, and one for each member: their paths are what `pihost run` and `call` take. */
function describe(each: ModuleExport, path: string): string[] {
  const { name, kind, async, generator, members = [] } = each;
  const words = [async && "async", kind, generator && "generator"].filter((word) => word !== undefined);
  return [
    `${path}${printable(name)}\t${words.join(" ")}`,
    ...members.flatMap((member) => describe(member, `${path}${printable(name)}.`)),
  ];
}
