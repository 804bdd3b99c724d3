import { mkdirSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { hasCommand } from "./debian-packages.mjs";
import { runCommand } from "./run-command.mjs";
import { cacheDirectory } from "./workspace.mjs";

const MINUTE_MS = 60_000;

/** The Debian package that has it. It is unpacked and not installed: to install it would start a service. */
const PACKAGE = "prometheus";

/**
 * Sees to it that promtool is on the path, and says so: where it is missing, it is taken out of Debian's package.
 *
 * @returns {Promise<string | undefined>} why there is none; undefined when there is
 */
export async function ensurePromtool() {
  if (process.platform !== "linux" || hasCommand("promtool")) return undefined;
  const folder = join(cacheDirectory, "promtool");
  const unpacked = join(folder, "unpacked");
  process.env.PATH = `${join(unpacked, "usr/bin")}${delimiter}${process.env.PATH}`;
  if (hasCommand("promtool")) return undefined;
  if (!hasCommand("apt-get")) return `promtool missing: there is no apt-get to get ${PACKAGE}`;
  mkdirSync(folder, { recursive: true });
  process.stdout.write(`getting promtool out of ${PACKAGE} by apt-get …\n`);
  const root = process.getuid?.() === 0;
  for (const args of [...(root ? [["update"]] : []), ["download", PACKAGE]]) {
    const { code, output } = await runCommand("apt-get", ["-q", ...args], { cwd: folder, timeoutMs: 5 * MINUTE_MS });
    if (code !== 0) return `promtool missing: apt-get ${args[0]} failed:\n${output}`;
  }
  const file = readdirSync(folder).find((name) => name.startsWith(`${PACKAGE}_`) && name.endsWith(".deb"));
  if (file === undefined) return `promtool missing: apt-get has brought no ${PACKAGE}`;
  const { code, output } = await runCommand("dpkg-deb", ["-x", join(folder, file), unpacked], { timeoutMs: MINUTE_MS });
  if (code !== 0) return `promtool missing: ${file} cannot be unpacked:\n${output}`;
  return hasCommand("promtool") ? undefined : "promtool is here and does not run";
}
