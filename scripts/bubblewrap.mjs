import { spawnSync } from "node:child_process";
import { runCommand } from "./run-command.mjs";

/** What the tests of confinement use, with the Debian packages that have it. */
const TOOLS = { bwrap: "bubblewrap", setpriv: "util-linux", unshare: "util-linux" };

/**
 * Sees to it that the tools are there which the sandbox's tests need, and says so: on Debian, as root, it installs what is
 * missing.
 *
 * @returns {Promise<string | undefined>} what is missing, and why; undefined when all of it works
 */
export async function ensureSandboxTools() {
  if (process.platform !== "linux") return undefined;
  const missing = Object.entries(TOOLS).filter(([tool]) => !has(tool));
  let why = "";
  if (missing.length > 0) why = await installDebianPackages([...new Set(missing.map(([, name]) => name))]);
  const still = Object.keys(TOOLS).filter((tool) => !has(tool));
  if (still.length > 0) return `${still.join(", ")} missing: ${why}`;
  const trial = spawnSync("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "true"], { encoding: "utf8" });
  if (trial.status !== 0) return `bwrap is here and does not work: ${trial.stderr || trial.error?.message}`;
  process.stdout.write(`bwrap: ${spawnSync("bwrap", ["--version"], { encoding: "utf8" }).stdout}`);
  return undefined;
}

/** Gives why it failed; empty when it did not. @param {string[]} packages */
export async function installDebianPackages(packages) {
  if (process.getuid?.() !== 0) return `only root can install ${packages.join(", ")}`;
  if (!has("apt-get")) return `there is no apt-get to install ${packages.join(", ")}`;
  process.stdout.write(`installing ${packages.join(", ")} by apt-get …\n`);
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { code, output } = await runCommand("apt-get", ["-q", ...args], { env, timeoutMs: 5 * 60_000 });
    if (code !== 0) return `apt-get ${args[0]} failed:\n${output}`;
  }
  return "";
}

function has(/** @type {string} */ command) {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
}
