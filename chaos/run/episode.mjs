import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { awaitNothingLeft } from "../watch/leftovers.mjs";
import { childrenOf } from "../watch/processes.mjs";

const HOST = fileURLToPath(new URL("../host/main.mjs", import.meta.url));

/** What a host may take beyond its plan: its start, and an end under load. */
const PATIENCE_MS = 40_000;

/**
 * Runs one host process to its end, and waits until nothing is left of it.
 * @param {import("./plan.mjs").Plan & { readonly only: readonly string[] | undefined }} plan
 * @param {import("../watch/run-directory.mjs").RunDirectory} directory
 * @returns {Promise<import("./verdict.mjs").HostEnd & { ledger: string }>}
 */
export async function runEpisode(plan, directory) {
  const mark = `${directory.path}#${plan.episode}`;
  const ledger = join(directory.path, `ledger-${plan.episode}.jsonl`);
  const host = spawn(
    process.execPath,
    [HOST, JSON.stringify({ ...plan, ledger, cwd: directory.work, mark: `${mark};` })],
    { env: { ...process.env, ...directory.environment }, stdio: ["ignore", "pipe", "pipe"] },
  );
  if (host.pid !== undefined) directory.hosts.add(host.pid);
  let stderr = "";
  host.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const exited = new Promise((resolve) => host.once("exit", (code, signal) => resolve(signal ?? `code ${code}`)));
  const ready = new Promise((resolve) => host.stdout.once("data", resolve));
  await Promise.race([ready, exited]);
  const known = new Map(childrenOf(host.pid ?? -1).map((record) => [record.pid, record]));
  if (plan.ending.startsWith("SIG")) {
    await Promise.race([sleep(plan.runMs), exited]);
    // The reaper is not marked, and another one may have taken its place.
    for (const record of childrenOf(host.pid ?? -1)) known.set(record.pid, record);
    host.kill(/** @type {NodeJS.Signals} */ (plan.ending));
  }
  const timer = setTimeout(() => host.kill("SIGKILL"), plan.runMs + PATIENCE_MS);
  const exit = await exited;
  clearTimeout(timer);
  directory.removeFillers();
  const { goneAfterMs, left } = await awaitNothingLeft({
    mark: `CHAOS_MARK=${mark};`,
    known: [...known.values()],
    files: directory.leftovers,
  });
  return { ledger, ending: plan.ending, exit, stderr, goneAfterMs, left };
}
