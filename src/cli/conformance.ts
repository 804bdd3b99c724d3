import type { Command } from "commander";
import { EXIT, EXIT_CODES_HELP } from "./exit-codes.js";
import { milliseconds } from "./option-values.js";

const HELP = `
Starts the executable with descriptors 3 and 4, again and again, and tells which scenarios of the contract it keeps. Of what its
hello does not name, the scenarios are skipped. The module has the functions that the scenarios call: the package's folder
conformance/ has such modules in several languages, and its README says what each function does.

A file of known failures is a JSON object: names of scenarios, and reasons. What fails and is not in it, and what is in it and
does not fail, makes the exit code 1.

Examples:
  pihost conformance --module ./fixture.py -- python3 my_pihost.py
  pihost conformance --module fixture --only '^(handshake|calls)' -- ./my-pihost
${EXIT_CODES_HELP}`;

/** The options of `pihost conformance`. */
export interface ConformanceOptions {
  readonly module: string;
  readonly brokenModule?: string;
  readonly from: string;
  readonly only?: string;
  readonly known?: string;
  readonly timeout: number;
  readonly json?: true;
}

/** `pihost conformance` */
export function addConformanceCommand(
  program: Command,
  end: (exitCode: number) => void,
  programArguments: readonly string[],
): void {
  const command = program
    .command("conformance")
    .description("judge a pihost that you have written, in any language")
    .usage("[options] -- <executable> [args...]")
    .requiredOption("--module <name>", "the module with the functions of the scenarios, as calls name it")
    .option("--broken-module <name>", "a module that throws while it is loaded")
    .option("--from <dir>", "where modules are looked for, and where the executable runs", ".")
    .option("--only <pattern>", "scenarios whose name matches this regular expression")
    .option("--known <file>", "the known failures")
    .option("--timeout <ms>", "milliseconds that the process has for each thing", milliseconds(1), 5_000)
    .option("--json", "print an array of JSON objects")
    .addHelpText("after", HELP);
  command.action(async (options: ConformanceOptions) => {
    const { runConformanceCommand } = await import("./run-conformance.js");
    end((await runConformanceCommand(options, programArguments)) ? EXIT.done : EXIT.failed);
  });
}
