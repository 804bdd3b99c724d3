import type { Command } from "commander";
import type { AddCommand } from "../add-command.js";
import { EXIT } from "../exit-codes.js";
import { print } from "../output.js";

const HELP = `
FILE is a manifest, or a folder with one; without it pihost.yaml, .yml, .json, .ts or .mjs of the working directory. What is
wrong in it is told with file, line and column, and ends this with exit code 2.

Examples:
  pihost check
  pihost check deploy/pihost.yaml`;

/** `pihost check` */
export const addCheckCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("check")
    .description("check a manifest, and print what it means, without starting anything")
    .argument("[file]", "the manifest, or its folder")
    .addHelpText("after", HELP);
  command.action(async (file: string | undefined) => {
    const [{ readManifest }, { describePlan }, { manifestFile }] = await Promise.all([
      import("../../kernel/manifest/index.js"),
      import("../../kernel/graph/index.js"),
      import("./manifest-file.js"),
    ]);
    print(describePlan(await readManifest(manifestFile(file))));
    end(EXIT.done);
  });
};
