import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { IsolationOptions } from "process-isolation";
import { isMissing } from "../helpers/tool-of-the-machine.js";

const { status } = spawnSync(process.env.PIHOST_PYTHON ?? "python3", [
  "-c",
  "import sys; sys.exit(sys.version_info < (3, 9))",
]);

/** Whether the tests have no Python to run on. */
export const noPython = isMissing("Python 3.9 or newer (python3)", status === 0);

export const stats = pythonFixture("stats.py");

export const PYTHON = { runtime: "python" } satisfies IsolationOptions;

/** The path of a file under test/fixtures/python. */
export function pythonFixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/python/${name}`, import.meta.url));
}
