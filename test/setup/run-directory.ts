import { accessSync, constants, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The directories of one test run; they hold nothing of anyone else. */
export interface RunDirectory {
  readonly path: string;
  /** `TMPDIR` of every process of the run; also what tells those processes from all others. */
  readonly temporary: string;
  /** `XDG_RUNTIME_DIR` of the test files. */
  readonly runtime: string;
  /** Deletes everything. */
  remove(): void;
}

/** Makes the directories and points this process, and so the test workers, at them. */
export function createRunDirectory(): RunDirectory {
  const path = mkdtempSync(join(shortTemporaryDirectory(), "pit-"));
  const temporary = join(path, "t");
  const runtime = join(path, "r");
  mkdirSync(temporary, { mode: 0o700 });
  mkdirSync(runtime, { mode: 0o700 });
  const names = process.platform === "win32" ? ["TEMP", "TMP"] : ["TMPDIR", "TEMP", "TMP"];
  for (const name of names) process.env[name] = temporary;
  if (process.platform !== "win32") process.env.XDG_RUNTIME_DIR = runtime;
  return { path, temporary, runtime, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** macOS's own `$TMPDIR` is 49 characters long, about half of what a socket path may be. */
function shortTemporaryDirectory(): string {
  if (process.platform === "win32") return tmpdir();
  try {
    accessSync("/tmp", constants.W_OK | constants.X_OK);
    return realpathSync("/tmp");
  } catch {
    return tmpdir();
  }
}
