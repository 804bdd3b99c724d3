import { mkdtempSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { until } from "./until.js";

/** Gives this file of tests a runtime folder of its own: of all isolates that can be found, it sees only those it started. */
export function useOwnRuntime(): void {
  const shared = process.env.XDG_RUNTIME_DIR;
  if (shared === undefined) return;
  const own = mkdtempSync(join(shared, "o-"));
  process.env.XDG_RUNTIME_DIR = own;
  afterAll(async () => {
    process.env.XDG_RUNTIME_DIR = shared;
    // What hosts have left is their reapers' to remove.
    await until(() => readdirSync(own).length === 0);
    rmdirSync(own);
  });
}
