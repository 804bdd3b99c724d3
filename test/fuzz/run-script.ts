import { join } from "node:path";
import { runHarness } from "../helpers/run-harness.js";

const REPOSITORY = join(import.meta.dirname, "../..");

/** Runs a harness of the repository as its npm script does, without the build. */
export function runScript(path: string, ...options: readonly string[]): ReturnType<typeof runHarness> {
  return runHarness(process.execPath, ["--expose-gc", join(REPOSITORY, path), ...options]);
}
