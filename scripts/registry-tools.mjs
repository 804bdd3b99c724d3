import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runNpm } from "./run-npm.mjs";
import { withLock } from "./with-lock.mjs";
import { repositoryRoot } from "./workspace.mjs";

const folder = join(repositoryRoot, "node_modules/.cache/tools");

/** @typedef {"bun" | "deno" | "postject"} ToolName */

/**
 * The package that holds each tool, by platform and architecture, and the file in it. None needs an install script.
 *
 * @type {Record<ToolName, Record<string, readonly [packageName: string, file: string]>>}
 */
const TOOLS = {
  bun: {
    "linux-x64": ["@oven/bun-linux-x64-baseline", "bin/bun"],
    "linux-arm64": ["@oven/bun-linux-aarch64", "bin/bun"],
    "darwin-x64": ["@oven/bun-darwin-x64-baseline", "bin/bun"],
    "darwin-arm64": ["@oven/bun-darwin-aarch64", "bin/bun"],
    "win32-x64": ["@oven/bun-windows-x64-baseline", "bin/bun.exe"],
  },
  deno: {
    "linux-x64": ["@deno/linux-x64-glibc", "deno"],
    "linux-arm64": ["@deno/linux-arm64-glibc", "deno"],
    "darwin-x64": ["@deno/darwin-x64", "deno"],
    "darwin-arm64": ["@deno/darwin-arm64", "deno"],
    "win32-x64": ["@deno/win32-x64", "deno.exe"],
  },
  // Puts a script into a copy of Node.js: run it by Node.js.
  postject: { any: ["postject", "dist/cli.js"] },
};

/** @param {ToolName} name @returns {readonly [packageName: string, file: string] | undefined} */
function sourceOf(name) {
  return TOOLS[name].any ?? TOOLS[name][`${process.platform}-${process.arch}`];
}

/**
 * Where a tool is if it was fetched before.
 * @param {ToolName} name
 * @returns {string | undefined} an absolute path
 */
export function fetchedTool(name) {
  const source = sourceOf(name);
  if (source === undefined) return undefined;
  const path = join(folder, name, "node_modules", ...source);
  return existsSync(path) ? path : undefined;
}

/**
 * A tool from the npm registry, kept in node_modules/.cache. Several processes may ask at once.
 * @param {ToolName} name
 * @returns {Promise<string>} an absolute path
 */
export async function fetchTool(name) {
  const source = sourceOf(name);
  if (source === undefined) throw new Error(`npm has no ${name} for ${process.platform}-${process.arch}`);
  const place = join(folder, name);
  return withLock(`${place}.lock`, async () => fetchedTool(name) ?? (await install(place, name, source[0])));
}

/** @param {string} place @param {ToolName} name @param {string} packageName */
async function install(place, name, packageName) {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), '{ "private": true }\n');
  const args = ["install", "--no-save", "--no-package-lock", "--ignore-scripts", packageName];
  const { code, output } = await runNpm(args, { cwd: place });
  const path = fetchedTool(name);
  if (code === 0 && path !== undefined) return path;
  rmSync(place, { recursive: true, force: true });
  throw new Error(`npm install ${packageName}:\n${output}`);
}

// By hand: node scripts/registry-tools.mjs bun deno postject prints where they are.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const name of /** @type {ToolName[]} */ (process.argv.slice(2))) {
    process.stdout.write(`${name} ${await fetchTool(name)}\n`);
  }
}
