import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { runCommand, runNode } from "./run-command.mjs";

/**
 * Runs npm with this Node. Prefers the npm that started us, then the one installed beside this Node, then the one
 * on the path.
 * @param {readonly string[]} args
 * @param {Parameters<typeof runCommand>[2]} [options]
 */
export function runNpm(args, options) {
  const entry = npmEntry();
  if (entry !== undefined) return runNode([entry, ...args], options);
  return runCommand("npm", args, { ...options, shell: process.platform === "win32" });
}

/** npm's own JavaScript entry, if it can be found without a shell. */
function npmEntry() {
  const starter = process.env.npm_execpath;
  const beside = dirname(process.execPath);
  const candidates = [
    starter !== undefined && basename(starter) === "npm-cli.js" ? starter : undefined,
    join(beside, "node_modules/npm/bin/npm-cli.js"),
    join(beside, "../lib/node_modules/npm/bin/npm-cli.js"),
  ];
  return candidates.find((candidate) => candidate !== undefined && existsSync(candidate));
}
