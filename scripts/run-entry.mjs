import { join } from "node:path";
import { prepareWorkspace } from "./prepare-workspace.mjs";
import { leaveInterruptsToTheChild, runNode } from "./run-command.mjs";
import { repositoryRoot } from "./workspace.mjs";

/**
 * Installs and builds if need be, then runs a program of this repository with the arguments of this one, and ends as it does.
 *
 * @param {string} entry its path in the repository
 * @param {readonly string[]} [flags] of its Node.js
 */
export async function runEntry(entry, flags = []) {
  await prepareWorkspace();
  leaveInterruptsToTheChild();
  const args = [...flags, join(repositoryRoot, entry), ...process.argv.slice(2)];
  const { code } = await runNode(args, { cwd: repositoryRoot, inherit: true });
  process.exitCode = code;
}
