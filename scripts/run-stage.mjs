import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { printCounts } from "./ci-counts.mjs";

/**
 * Runs a stage of `.ci/run` by itself, where its file is what Node.js was started with.
 *
 * @param {string} url of the file
 * @param {(scratch: string, args: string[]) => Promise<import("./ci-counts.mjs").Counts>} stage gets a folder for what it makes
 */
export async function runStage(url, stage) {
  if (process.argv[1] === undefined || url !== pathToFileURL(process.argv[1]).href) return;
  const scratch = mkdtempSync(join(tmpdir(), "stage-"));
  try {
    const counts = await stage(scratch, process.argv.slice(2));
    process.exitCode = counts.failed === 0 ? 0 : 1;
    process.stdout.write(`${printCounts(counts)}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
