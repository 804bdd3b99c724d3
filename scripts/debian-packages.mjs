import { spawnSync } from "node:child_process";
import { runCommand } from "./run-command.mjs";

const MINUTE_MS = 60_000;

/** Whether a command runs. */
export function hasCommand(/** @type {string} */ command) {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
}

/** Installs Debian packages, which only root can; gives why it failed, and nothing when it did not. @param {readonly string[]} packages */
export async function installDebianPackages(packages) {
  if (process.getuid?.() !== 0) return `only root can install ${packages.join(", ")}`;
  if (!hasCommand("apt-get")) return `there is no apt-get to install ${packages.join(", ")}`;
  process.stdout.write(`installing ${packages.join(", ")} by apt-get …\n`);
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { code, output } = await runCommand("apt-get", ["-q", ...args], { env, timeoutMs: 5 * MINUTE_MS });
    if (code !== 0) return `apt-get ${args[0]} failed:\n${output}`;
  }
  return undefined;
}
