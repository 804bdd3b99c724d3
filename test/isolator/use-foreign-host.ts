import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { fixture } from "../helpers/fixture.js";
import { useDirectory } from "../helpers/use-directory.js";

const REPOSITORY = join(import.meta.dirname, "../..");

/** Far more than it takes, far less than what starts itself again and again. */
const TIMEOUT_MS = 25_000;

/** A project of a user's whose host is fixtures/isolator/foreign-host.cjs. */
export interface ForeignProject {
  readonly path: string;
  /** Runs a program in it, which is to run the host; resolves with the report. */
  run(command: string, args?: readonly string[], execPath?: string): Promise<Record<string, unknown>>;
  /** How often the host has been run so far. */
  starts(): number;
}

/** What the host reports when all that it tried went well. */
export const ALL_WELL = {
  bytes: 3_000_000,
  called: 2,
  items: [0, 1, 2],
  crash: "CRASHED",
  again: 42,
  generation: 2,
  code: 0,
};

export function useForeignProject(): ForeignProject {
  const path = useDirectory();
  mkdirSync(join(path, "node_modules"));
  symlinkSync(REPOSITORY, join(path, "node_modules/process-isolation"));
  // Deno knows of no module that is not in it.
  writeFileSync(join(path, "package.json"), '{ "private": true, "dependencies": { "process-isolation": "*" } }');
  copyFileSync(fixture("foreign-host.cjs"), join(path, "host.cjs"));
  copyFileSync(fixture("foreign-busy-host.cjs"), join(path, "busy-host.cjs"));
  copyFileSync(fixture("foreign-module.mjs"), join(path, "module.mjs"));
  return {
    path,
    run: async (command, args = [], execPath) => {
      const { EXEC_PATH: _, ...env } = process.env;
      const all = execPath === undefined ? env : { ...env, EXEC_PATH: execPath };
      const { stdout } = await promisify(execFile)(command, args, { cwd: path, env: all, timeout: TIMEOUT_MS });
      return JSON.parse(stdout) as Record<string, unknown>;
    },
    starts: () => readFileSync(join(path, "starts"), "utf8").split("\n").length - 1,
  };
}
