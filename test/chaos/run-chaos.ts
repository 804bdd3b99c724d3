import { join } from "node:path";
import { withPrivateMemory } from "../../chaos/watch/private-memory.mjs";
import { runHarness } from "../helpers/run-harness.js";

const MAIN = join(import.meta.dirname, "../../chaos/main.mjs");

/** Runs the harness as `npm run chaos` does, without the build. */
export function runChaos(...options: readonly string[]): ReturnType<typeof runHarness> {
  const { command, args, environment } = withPrivateMemory(process.execPath, ["--expose-gc", MAIN, ...options]);
  return runHarness(command, args, environment);
}
