import { writeSync } from "node:fs";
import { basename } from "node:path";
import { foreignProcess } from "./foreign-runtime.js";
import { MARK_VARIABLE } from "./mark-variable.js";

/** Scripts that a host starts, by name, or by the descriptor that stands for it. */
const STARTED_SCRIPTS = ["boot.cjs", "/proc/self/fd/5"];

/**
 * Ends this process if a host started it for an isolate, and it is an application that runs its own main instead: it would
 * do once more whatever that does, and start isolates that start it again.
 *
 * @param exitCode tells the host
 */
export function endIfMistaken(exitCode: number): void {
  const runtime = foreignProcess();
  if (runtime === undefined || process.env[MARK_VARIABLE] === undefined) return;
  if (!process.argv.some((arg) => STARTED_SCRIPTS.includes(arg) || STARTED_SCRIPTS.includes(basename(arg)))) return;
  sayMistaken(runtime.description);
  process.exit(exitCode);
}

/** What the host reads, and hands on, as the last output of the process. */
export function sayMistaken(description: string): void {
  const advice = "the option execPath must name a Node.js, such as `node -p process.execPath` prints";
  writeSync(2, `pihost: started on ${description} instead of Node.js; ${advice}\n`);
}
