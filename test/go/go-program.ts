import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { IsolationOptions } from "process-isolation";
import { afterAll, beforeAll } from "vitest";
import { isMissing } from "../helpers/tool-of-the-machine.js";

const MINUTE_MS = 60_000;
const source = fileURLToPath(new URL("fixture", import.meta.url));

export const hasNoGo = isMissing("Go (https://go.dev)", spawnSync("go", ["version"]).status === 0);

/** Builds the program in `fixture` for the tests of a file; the result gives the options that isolate it. */
export function useGoProgram(): () => Pick<IsolationOptions, "runtime"> {
  const folder = mkdtempSync(join(tmpdir(), "go-"));
  const program = join(folder, "program");
  beforeAll(() => {
    const build = spawnSync("go", ["build", "-o", program, "."], { cwd: source, encoding: "utf8" });
    if (build.status !== 0) throw new Error(`the Go program cannot be built: ${build.stderr}`);
  }, 5 * MINUTE_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => ({ runtime: { command: [program] } });
}
