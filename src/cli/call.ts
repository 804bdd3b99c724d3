import type { Command } from "commander";
import type { PendingCall } from "../channel/grpc/index.js";
import { IsolationError } from "../errors/index.js";
import type { AddCommand } from "./add-command.js";
import { EXIT } from "./exit-codes.js";
import { parseArguments } from "./json-arguments.js";
import { wholeNumber } from "./option-values.js";
import { print } from "./output.js";
import { reportCallError } from "./report-error.js";

const HELP = `
MODULE is resolved by the isolate, from its own folder: give "./file.js", an absolute path, a file URL or a package.
METHOD is an export path: "add", "SampleClass.method". The result is printed as JSON (nothing is null); what the method
throws goes to stderr, with exit code 1.

Examples:
  pihost call worker ./sample.js add '[1, 2]'
  pihost call worker ./sample.js readConfig | jq .
  pihost call --timeout 5000 worker ./sample.js build`;

interface CallCommandOptions {
  readonly json?: true;
  readonly timeout?: number;
}

/** `pihost call` */
export const addCallCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("call")
    .description("call a method in a live isolate; prints the result as JSON")
    .argument("<name|pid>", "the isolate, as pihost ps shows it")
    .argument("<module>", "the module")
    .argument("<method>", "the export to call")
    .argument("[args]", "the arguments: a JSON array", "[]")
    .option("--timeout <ms>", "give up after so many milliseconds, with exit code 124; the method is told", wholeNumber)
    .option("--json", "one line also on a terminal (default there: indented)")
    .addHelpText("after", HELP);
  command.action(
    async (nameOrPid: string, module: string, method: string, json: string, options: CallCommandOptions) => {
      const args = parseArguments(json);
      const { findLive, withChannel } = await import("./live-isolate.js");
      const record = findLive(nameOrPid);
      try {
        const result = await withChannel(record, (channel) => {
          return withinTime(channel.invoke({ module, method, args, callSite: {} }), `${method} of ${module}`, options);
        });
        const indent = process.stdout.isTTY && !options.json ? 2 : undefined;
        print(JSON.stringify(result ?? null, undefined, indent));
        end(EXIT.done);
      } catch (error) {
        end(reportCallError(error));
      }
    },
  );
};

/** The answer of a call, which is cancelled when it is too late. */
async function withinTime(
  { result, cancel }: PendingCall,
  what: string,
  { timeout }: CallCommandOptions,
): Promise<unknown> {
  if (timeout === undefined) return result;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new IsolationError("DEADLINE_EXCEEDED", `${what} did not settle within --timeout (${timeout} ms)`));
      cancel();
    }, timeout);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
