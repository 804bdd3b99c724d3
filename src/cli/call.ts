import type { Command } from "commander";
import type { AddCommand } from "./add-command.js";
import { EXIT } from "./exit-codes.js";
import { parseArguments } from "./json-arguments.js";
import { print } from "./output.js";
import { reportCallError } from "./report-error.js";

const HELP = `
MODULE is resolved by the isolate, from its own folder: give "./file.js", an absolute path, a file URL or a package.
METHOD is an export path: "add", "SampleClass.method". The result is printed as JSON (nothing is null); what the method
throws goes to stderr, with exit code 1.

Examples:
  pihost call worker ./sample.js add '[1, 2]'
  pihost call worker ./sample.js readConfig | jq .`;

/** `pihost call` */
export const addCallCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("call")
    .description("call a method in a live isolate; prints the result as JSON")
    .argument("<name|pid>", "the isolate, as pihost ps shows it")
    .argument("<module>", "the module")
    .argument("<method>", "the export to call")
    .argument("[args]", "the arguments: a JSON array", "[]")
    .option("--json", "one line also on a terminal (default there: indented)")
    .addHelpText("after", HELP);
  command.action(async (nameOrPid: string, module: string, method: string, json: string, options: { json?: true }) => {
    const args = parseArguments(json);
    const { findLive, withChannel } = await import("./live-isolate.js");
    const record = findLive(nameOrPid);
    try {
      const result = await withChannel(record, (channel) => {
        return channel.invoke({ module, method, args, callSite: {} }).result;
      });
      const indent = process.stdout.isTTY && !options.json ? 2 : undefined;
      print(JSON.stringify(result ?? null, undefined, indent));
      end(EXIT.done);
    } catch (error) {
      end(reportCallError(error));
    }
  });
};
