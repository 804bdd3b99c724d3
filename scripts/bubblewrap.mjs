import { spawnSync } from "node:child_process";
import { hasCommand, installDebianPackages } from "./debian-packages.mjs";

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
  const missing = Object.entries(TOOLS).filter(([tool]) => !hasCommand(tool));
  const names = [...new Set(missing.map(([, name]) => name))];
  const why = names.length === 0 ? undefined : await installDebianPackages(names);
  const still = Object.keys(TOOLS).filter((tool) => !hasCommand(tool));
  if (still.length > 0) return `${still.join(", ")} missing: ${why}`;
  const trial = spawnSync("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "true"], { encoding: "utf8" });
  if (trial.status !== 0) return `bwrap is here and does not work: ${trial.stderr || trial.error?.message}`;
  process.stdout.write(`bwrap: ${spawnSync("bwrap", ["--version"], { encoding: "utf8" }).stdout}`);
  return undefined;
}
