import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A directory that goes with the test. */
export function useDirectory(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "test-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** An executable Node.js script, to be given as `execPath`; its own arguments are ignored. */
export function useExecutable(body: string): string {
  const path = join(useDirectory(), "executable.cjs");
  writeFileSync(path, `#!${process.execPath}\n${body}`);
  chmodSync(path, 0o755);
  return path;
}
