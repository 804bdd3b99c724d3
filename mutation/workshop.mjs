import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCommand, runNode } from "../scripts/run-command.mjs";
import { repositoryRoot } from "../scripts/workspace.mjs";

/**
 * A copy of the working tree in which code can be changed.
 * @typedef {{ root: string, remove: () => void }} Workshop
 */

/** @returns {Promise<Workshop>} */
export async function createWorkshop() {
  const root = mkdtempSync(join(tmpdir(), "mutation-"));
  const { stdout } = await runCommand("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repositoryRoot,
  });
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(repositoryRoot, file), join(root, file));
  }
  symlinkSync(join(repositoryRoot, "node_modules"), join(root, "node_modules"));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Builds the executable and the package there, so that hosts that tests start as programs are changed as well. */
export async function build(/** @type {Workshop} */ { root }) {
  withoutTypeCheck(join(root, "tsconfig.build.json"));
  const { code, output } = await runNode([join(root, "scripts/build.mjs")], { cwd: root });
  if (code !== 0) throw new Error(`the changed code cannot be built:\n${output}`);
}

/** Types no longer hold in code that is all its mutants at once, nor in code that uses it. @param {string} project */
function withoutTypeCheck(project) {
  const config = JSON.parse(readFileSync(project, "utf8"));
  config.compilerOptions.noCheck = true;
  writeFileSync(project, JSON.stringify(config));
}

/** A changed supervisor may leave anything behind: in a namespace of its own, all of it ends with the run. */
const NAMESPACE = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];

/** Not the first process there: that one has to wait for orphans, which Node does not. */
const FIRST = ["sh", "-c", '"$@"; exit $?', "sh"];

const isolated = spawnSync("unshare", [...NAMESPACE, "true"], { stdio: "ignore" }).status === 0;

/** The command line that runs Node so that nothing outlives it, where the system lets us. */
export function contained(/** @type {readonly string[]} */ args) {
  return isolated
    ? { command: "unshare", args: [...NAMESPACE, ...FIRST, process.execPath, ...args] }
    : { command: process.execPath, args: [...args] };
}
