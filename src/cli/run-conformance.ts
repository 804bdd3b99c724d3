import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CommandFailure } from "./command-failure.js";
import type { ConformanceOptions } from "./conformance.js";
import { EXIT } from "./exit-codes.js";
import { jsonLine, note, print } from "./output.js";
import { statIfPresent } from "./stat-if-present.js";
import { printTable } from "./table.js";

/** What the runner in the package's folder `conformance` exports, as far as it is needed here: it is a program of its own. */
interface Runner {
  readScenarios(): readonly Scenario[];
  checkKnownFailures(json: unknown, names: readonly string[]): Readonly<Record<string, string>>;
  runConformance(
    target: {
      readonly command: readonly string[];
      readonly module: string;
      readonly brokenModule?: string;
      readonly from: string;
      readonly timeoutMs: number;
    },
    options: { readonly scenarios: readonly Scenario[]; readonly known: Readonly<Record<string, string>> },
  ): Promise<readonly Result[]>;
  readonly BAD: readonly string[];
}

interface Scenario {
  readonly name: string;
}

interface Result extends Scenario {
  readonly verdict: string;
  /** Why it failed, is skipped, or is known to fail. */
  readonly why: string;
  readonly tookMs: number;
}

/** Runs the scenarios and prints what came of them; false when something is not as it should be. */
export async function runConformanceCommand(options: ConformanceOptions, command: readonly string[]): Promise<boolean> {
  if (command.length === 0) throw new CommandFailure(EXIT.usage, "name the executable behind --");
  const from = resolve(options.from);
  if (statIfPresent(from)?.isDirectory() !== true) {
    throw new CommandFailure(EXIT.usage, `--from must be a folder that exists; received ${options.from}`);
  }
  const runner = (await import(new URL("../../conformance/runner/index.mjs", import.meta.url).href)) as Runner;
  const all = runner.readScenarios();
  const only = patternOf(options.only);
  const scenarios = all.filter(({ name }) => only.test(name));
  if (scenarios.length === 0) throw new CommandFailure(EXIT.usage, `no scenario matches --only ${options.only}`);
  const known = readKnown(options.known, (json) =>
    runner.checkKnownFailures(
      json,
      all.map(({ name }) => name),
    ),
  );
  const { module, brokenModule, timeout: timeoutMs } = options;
  const target = { command, module, from, timeoutMs, ...(brokenModule === undefined ? {} : { brokenModule }) };
  const results = await runner.runConformance(target, { scenarios, known }).catch((error: unknown) => {
    throw new CommandFailure(EXIT.cannotStart, `${command[0]} says no hello: ${messageOf(error)}`, { cause: error });
  });
  if (options.json === true) print(jsonLine(results));
  else printResults(results);
  return results.every(({ verdict }) => !runner.BAD.includes(verdict));
}

function printResults(results: readonly Result[]): void {
  printTable(
    ["VERDICT", "SCENARIO", "WHY"],
    results.map(({ verdict, name, why }) => [verdict, name, why]),
  );
  const counts = new Map<string, number>();
  for (const { verdict } of results) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  note([...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", "));
}

function patternOf(only: string | undefined): RegExp {
  try {
    return new RegExp(only ?? "", "u");
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `--only must be a regular expression; ${messageOf(error)}`);
  }
}

function readKnown(
  file: string | undefined,
  check: (json: unknown) => Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (file === undefined) return {};
  try {
    return check(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new CommandFailure(EXIT.usage, `--known ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
