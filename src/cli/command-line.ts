import { Command, CommanderError } from "commander";
import type { AddCommand } from "./add-command.js";
import { addCallCommand } from "./call.js";
import { addChildCommand } from "./child.js";
import { addConformanceCommand } from "./conformance.js";
import { addDoctorCommand } from "./doctor.js";
import { EXIT, EXIT_CODES_HELP } from "./exit-codes.js";
import { addExportsCommand } from "./exports.js";
import { KERNEL_COMMANDS } from "./kernel/index.js";
import { addPsCommand } from "./ps.js";
import { addReplayCommand } from "./replay.js";
import { reportError } from "./report-error.js";
import { addRunCommand } from "./run.js";
import { addServeCommand } from "./serve.js";
import { addShutdownCommand } from "./shutdown.js";
import { addStatusCommand } from "./status.js";

/** Put in by the build. */
declare const PROCESS_ISOLATION_VERSION: string;

const EXAMPLES = `
Examples:
  pihost run ./job.js -- input.csv        run a module's main function in a process of its own
  pihost ps                               which isolates of mine are alive
  pihost call worker ./sample.js add '[1,2]'
  pihost doctor                           what this machine supports
  pihost up                               start the kernel of pihost.yaml: many isolates under one lifetime
  pihost top                              watch the isolates of a kernel
${EXIT_CODES_HELP}`;

const COMMANDS: readonly AddCommand[] = [
  addPsCommand,
  addStatusCommand,
  addCallCommand,
  addShutdownCommand,
  addServeCommand,
  addChildCommand,
  addExportsCommand,
  addReplayCommand,
  addDoctorCommand,
];

/** Runs `pihost` with these arguments; resolves with its exit code. Never rejects. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.done;
  const end = (code: number): void => {
    exitCode = code;
  };
  const { own, programArguments } = splitArguments(argv);
  const program = createProgram();
  addRunCommand(program, end, programArguments);
  for (const addCommand of [...COMMANDS, ...KERNEL_COMMANDS]) addCommand(program, end);
  addConformanceCommand(program, end, programArguments);
  try {
    await program.parseAsync(own, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return reportError(error);
  }
}

function createProgram(): Command {
  return new Command("pihost")
    .description("Run code in separate, supervised processes, and look at those that run.")
    .version(PROCESS_ISOLATION_VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "pihost: ")) })
    .showHelpAfterError("Try `pihost --help`, or `pihost COMMAND --help`.");
}

/** Commands that run a program of the user's. */
const RUNNING = ["run", "conformance"];

/** What comes after `--` belongs to the program that is run, options and further `--` included. */
function splitArguments(argv: readonly string[]): { own: readonly string[]; programArguments: readonly string[] } {
  const at = argv.indexOf("--");
  if (!RUNNING.includes(argv[0] ?? "") || at < 0) return { own: argv, programArguments: [] };
  return { own: argv.slice(0, at), programArguments: argv.slice(at + 1) };
}
