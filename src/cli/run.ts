import { type Command, Option } from "commander";
import { EXIT_CODES_HELP } from "./exit-codes.js";
import { assignment, milliseconds, number, path, wholeNumber } from "./option-values.js";
import type { RunOptions } from "./run-options.js";

const HELP = `
MODULE is a file, a file URL or the name of a package, seen from --from. METHOD is an export path such as "job" or
"SampleClass.method"; without it, the export "main" runs, or where there is none the default export. (In this order,
because a CommonJS module always has a default export: module.exports.)

The method gets the arguments after "--" as one array of strings. Its result is the exit code: an integer from 0 to 255,
or nothing for 0. The run ends when the method does, whatever timers and servers the module leaves.

stdout and stderr of the process pass through byte by byte; its stdin is empty. --verbose and --json write to stderr,
because stdout belongs to the program. The first Ctrl+C (or SIGTERM) lets the method finish within --grace, the second
ends it at once; the process never outlives this command.

Examples:
  pihost run ./job.js -- input.csv --fast
  pihost run ./sample-lib.js SampleClass.method -- return3; echo $?
  pihost run --restart --max-restarts 3 --verbose ./flaky.ts
  pihost run --from ./plugins --env TOKEN=x --timeout 60000 some-package build
  pihost run --permissions --allow-net --allow-write ./out --max-heap 128MB ./job.js
  pihost run --sandbox --sandbox-write ./out ./job.js
  pihost run --debug ./job.js             then open chrome://inspect, or attach an editor
${EXIT_CODES_HELP}`;

/** `pihost run`. @param programArguments what stands after `--` */
export function addRunCommand(
  program: Command,
  end: (exitCode: number) => void,
  programArguments: readonly string[],
): void {
  const command = program
    .command("run")
    .description("run a method of a module in a process of its own; the exit code is its result")
    .usage("[options] MODULE [METHOD] [-- ARGS...]")
    .argument("<module>", "the module")
    .argument("[method]", 'the export to call (default: "main", or else "default")')
    .allowExcessArguments()
    .option("--restart", "start again after a crash, and run the method again (default: off)")
    .addOption(
      new Option("--max-restarts <n>", "crashes within a minute until it gives up; implies --restart (default: 10)")
        .argParser(wholeNumber)
        .implies({ restart: true }),
    )
    .addOption(
      new Option("--die-on-crash", "the first crash ends this command at once, with its exit code").conflicts([
        "restart",
        "maxRestarts",
      ]),
    )
    .option("--debug", "wait for a debugger before the module is loaded; prints its URL on stderr")
    .addOption(
      new Option("--log-level <level>", "what the framework itself writes to stderr").choices([
        "silent",
        "error",
        "warn",
        "info",
        "debug",
      ]),
    )
    .option("--max-cpu <percent>", "limit of processor time", number)
    .option("--max-memory <size>", 'limit of memory: "256MB"')
    .option("--max-heap <size>", 'limit of the JavaScript heap: "128MB"')
    .option("--affinity <list>", 'processors that may be used: "cpu0 cpu2"')
    .option("--name <name>", "the isolate's name (default: the module's)")
    .option("--discoverable", "let pihost ps, status, call and shutdown find it")
    .option("--from <dir>", "where modules are looked for (default: the working directory)")
    .option("--timeout <ms>", "end the run after so many milliseconds, with exit code 124", milliseconds(1))
    .option("--grace <ms>", "milliseconds that the method gets after Ctrl+C (default: 5000)", milliseconds())
    .option("--env <key=value>", "a variable for the process; may be repeated", assignment)
    .option("--inherit-env", "pass this command's whole environment (default: a short list)")
    .option("--permissions", "deny what is not allowed by one of the next options, by Node's permission model")
    .option("--allow-read <path>", "may be read (default: the folder --from); may be repeated", path)
    .option("--allow-write <path>", "may be written (default: nothing); may be repeated", path)
    .option("--allow-child-process", "may start processes")
    .option("--allow-worker", "may start worker threads")
    .option("--allow-addons", "may load native addons")
    .option("--allow-wasi", "may use WASI")
    .option("--allow-net", "may use the network; before Node 26, which alone can deny it, to be said")
    .option("--sandbox", "run it in a sandbox, by bubblewrap (Linux)")
    .option("--sandbox-read <path>", "is seen in the sandbox (default: the folder --from); may be repeated", path)
    .option("--sandbox-write <path>", "is seen there, and may be written; may be repeated", path)
    .option("--sandbox-network", "the sandbox is in the host's network")
    .option("--json", "every event as a line of JSON on stderr")
    .option("--verbose", "lines such as STARTED, RESTARTING and EXIT on stderr")
    .addHelpText("after", HELP);
  command.action(async (module: string, method: string | undefined, options: RunOptions) => {
    if (command.args.length > 2) {
      command.error(`error: unexpected "${command.args[2]}"; what is for the program comes after --`);
    }
    const { runModule } = await import("./run-module.js");
    end(await runModule({ module, method, args: programArguments }, options));
  });
}
