import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { Command } from "commander";
import { printable } from "../sandbox/index.js";
import type { AddCommand } from "./add-command.js";
import { CommandFailure } from "./command-failure.js";
import { EXIT } from "./exit-codes.js";
import { milliseconds, path, wholeNumber } from "./option-values.js";
import { jsonLine, note, print } from "./output.js";
import { Ending } from "./replay/ending.js";
import type { Found } from "./replay/findings.js";
import type { ReplayOutcome } from "./replay/run-replay.js";
import { hasColours, printableLines } from "./terminal.js";

const HELP = `
FILE was made by the option "record" of an isolate. Its calls run again in a fresh isolate, in the recorded order, those that
overlapped at once; callbacks, and what the isolate calls of others, are answered as they were. Values, errors, items of streams,
calls of callbacks and deaths are compared. It ends at the first difference, with exit code 1; with 0 where there is none.

PATH of --ignore is as a difference shows it, and may have * for one step: result.at, "args[0].id", "*.requestId".

Examples:
  pihost replay parser.record
  pihost replay parser.record --module ./fixed-parser.js
  pihost replay parser.record --ignore result.createdAt --json`;

interface ReplayCommandOptions {
  readonly module?: string;
  readonly from?: number;
  readonly ignore?: readonly string[];
  readonly timeout?: number;
  readonly json?: true;
}

const TIMEOUT_MS = 30_000;

/** `pihost replay` */
export const addReplayCommand: AddCommand = (program: Command, end) => {
  const command = program
    .command("replay")
    .description("run a recorded isolate again, and show the first difference")
    .argument("<file>", "the record")
    .option("--module <path>", "call this module in the place of the recorded ones")
    .option("--from <call>", "begin with this call; those before it are not run", wholeNumber)
    .option("--ignore <path>", "do not look at what stands there; may be given again", path)
    .option(
      "--timeout <ms>",
      `how long anything may take that the record has (default: ${TIMEOUT_MS})`,
      milliseconds(1),
    )
    .option("--json", "print the outcome as JSON")
    .addHelpText("after", HELP);
  command.action(async (file: string, options: ReplayCommandOptions) => {
    const outcome = await replayFile(file, options);
    if (options.json) print(jsonLine(toJson(outcome)));
    else say(outcome);
    end(outcome.found === undefined ? EXIT.done : EXIT.failed);
  });
};

async function replayFile(file: string, options: ReplayCommandOptions): Promise<ReplayOutcome> {
  const [{ readRecord }, { BadRecord }, { runReplay }, { stepsOf }, { toModule }] = await Promise.all([
    import("../recording/index.js"),
    import("./replay/recorded-values.js"),
    import("./replay/run-replay.js"),
    import("./replay/difference.js"),
    import("./run-options.js"),
  ]);
  const record = await readRecord(file).catch((error: Error) => {
    throw new CommandFailure(EXIT.usage, printable(error.message), { cause: error });
  });
  if (record.isCutOff) note(`pihost: the last line of ${file} has no end, as when its host was killed: it is left out`);
  const folder = fileURLToPath(record.header.from);
  const from = existsSync(folder) ? folder : process.cwd();
  if (from !== folder)
    note(`pihost: ${folder}, where the record's modules were, is not here: they are looked for in ${from}`);
  const outcome = await runReplay(record, {
    module: options.module === undefined ? undefined : toModule(options.module, undefined),
    from,
    firstCall: options.from ?? 1,
    ignore: (options.ignore ?? []).map(stepsOf),
    timeoutMs: options.timeout ?? TIMEOUT_MS,
  }).catch((error: unknown) => {
    if (!(error instanceof BadRecord)) throw error;
    throw new CommandFailure(EXIT.usage, printable(`${file}:${error.line}: ${error.message}`), { cause: error });
  });
  if (outcome.found === undefined && options.from !== undefined && options.from > outcome.recorded)
    throw new CommandFailure(EXIT.usage, `--from ${options.from}: the last call of ${file} is ${outcome.recorded}`);
  return outcome;
}

function say({ calls, found, notes }: ReplayOutcome): void {
  for (const each of notes) note(printableLines(`pihost: ${each}`));
  if (found === undefined) {
    print(`${calls} ${calls === 1 ? "call" : "calls"} came to the same`);
    return;
  }
  const { call, name, line, path: where } = found;
  print(printable(`call ${call}, ${name}, differs from line ${line} of the record:`), printable(`  ${where}`));
  print(`    recorded  ${shown(found.expected)}`, `    now       ${shown(found.received)}`);
}

function shown(value: unknown): string {
  if (value instanceof Error) return printable(errorText(value));
  if (value instanceof Ending) return printable(value.text);
  const text = inspect(value, {
    depth: 4,
    colors: hasColours(process.stdout),
    maxStringLength: 2_000,
    maxArrayLength: 50,
  });
  return printableLines(text).replaceAll("\n", "\n              ");
}

function errorText(error: Error): string {
  const fields = Object.fromEntries(Object.entries(error).filter(([name]) => name !== "facts"));
  const rest = Object.keys(fields).length === 0 ? "" : ` ${inspect(fields, { depth: 2 })}`;
  return `thrown: ${error.name}: ${error.message}${rest}`;
}

function toJson({ calls, found, notes }: ReplayOutcome): object {
  const outcome = { equal: found === undefined, calls, notes };
  return found === undefined ? outcome : { ...outcome, difference: differenceOf(found) };
}

function differenceOf({ call, name, line, path: where, expected, received }: Found): object {
  return { call, name, line, path: where, recorded: jsonOf(expected), now: jsonOf(received) };
}

/** What JSON cannot say, as people see it. */
function jsonOf(value: unknown): unknown {
  if (value instanceof Error) return { error: { ...value, name: value.name, message: value.message } };
  if (value instanceof Ending) return { text: value.text };
  if (value === undefined) return { text: "undefined" };
  try {
    const text = JSON.stringify(value);
    if (text !== undefined && inspect(JSON.parse(text), { depth: 50 }) === inspect(value, { depth: 50 }))
      return { value };
  } catch {
    // A BigInt, or a cycle.
  }
  return { text: inspect(value, { depth: 4 }) };
}
