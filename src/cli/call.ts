import type { Command } from "commander";
import type { PendingCall } from "../channel/grpc/index.js";
import { IsolationError } from "../errors/index.js";
import type { AddCommand } from "./add-command.js";
import { EXIT } from "./exit-codes.js";
import { parseArguments } from "./json-arguments.js";
import { milliseconds } from "./option-values.js";
import { jsonLine, print } from "./output.js";
import { reportCallError } from "./report-error.js";

const HELP = `
Without MODULE it is an isolate of a kernel that is called, and its own module: so it is with one name after the isolate's, or
where ARGS, which begins with "[", comes second. With MODULE it is an isolate that pihost ps shows.

MODULE is resolved by the isolate, from its own folder: give "./file.js", an absolute path, a file URL or a package.
METHOD is an export path: "add", "SampleClass.method". The result is printed as JSON (nothing is null); what the method
throws goes to stderr, with exit code 1.

Examples:
  pihost call parser parse '["some text"]'
  pihost call -k shop store size
  pihost call worker ./sample.js add '[1, 2]'
  pihost call worker ./sample.js readConfig | jq .
  pihost call --timeout 5000 worker ./sample.js build`;

interface CallCommandOptions {
  readonly kernel?: string;
  readonly json?: true;
  readonly timeout?: number;
}

/** `pihost call` */
export const addCallCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("call")
    .description("call a method of an isolate; prints the result as JSON")
    .usage("[options] NAME METHOD [ARGS]\n       pihost call [options] NAME|PID MODULE METHOD [ARGS]")
    .argument("<name|pid>", "the isolate: of a kernel, or as pihost ps shows it")
    .argument("<words...>", "the module, where it is not a kernel's; the export; its arguments: a JSON array")
    .option("-k, --kernel <name|socket>", "the kernel, where there are several")
    .option(
      "--timeout <ms>",
      "give up after so many milliseconds, with exit code 124; the method is told",
      milliseconds(1),
    )
    .option("--json", "one line also on a terminal (default there: indented)")
    .addHelpText("after", HELP);
  command.action(async (nameOrPid: string, words: readonly string[], options: CallCommandOptions) => {
    const form = formOf(words, options);
    if (form === undefined) {
      command.error("error: give NAME METHOD [ARGS], or NAME MODULE METHOD [ARGS]");
      return;
    }
    const { module, method, json } = form;
    if (module === undefined) {
      const { invokeInKernel } = await import("./kernel/invoke.js");
      end(await invokeInKernel(nameOrPid, method, json, options));
      return;
    }
    const args = parseArguments(json);
    const { findLive, withChannel } = await import("./live-isolate.js");
    const advice = words.length === 2 ? `. Arguments for ${module} of a kernel's isolate are a JSON array: '[…]'` : "";
    const record = findLive(nameOrPid, advice);
    try {
      const result = await withChannel(record, (channel) => {
        return withinTime(channel.invoke({ module, method, args, callSite: {} }), `${method} of ${module}`, options);
      });
      const indent = process.stdout.isTTY && !options.json ? 2 : undefined;
      print(jsonLine(result ?? null, undefined, indent));
      end(EXIT.done);
    } catch (error) {
      end(reportCallError(error));
    }
  });
};

interface CallForm {
  /** Undefined for the module of an isolate of a kernel. */
  readonly module: string | undefined;
  readonly method: string;
  readonly json: string;
}

/** No export and no module begins with what a JSON array does. */
function formOf(words: readonly string[], { kernel }: CallCommandOptions): CallForm | undefined {
  const [first = "", second, third, ...others] = words;
  const isOfKernel = kernel !== undefined || second === undefined || second.trimStart().startsWith("[");
  if (isOfKernel) return third === undefined ? { module: undefined, method: first, json: second ?? "[]" } : undefined;
  return others.length === 0 ? { module: first, method: second, json: third ?? "[]" } : undefined;
}

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
