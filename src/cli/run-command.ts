import { runCommandLine } from "./command-line.js";
import { endOnBrokenOutput, flushOutput } from "./output.js";

/** Runs the command line of this process, and ends it with its exit code. */
export async function run(): Promise<never> {
  endOnBrokenOutput();
  const exitCode = await runCommandLine(process.argv.slice(2));
  await flushOutput();
  return process.exit(exitCode);
}
