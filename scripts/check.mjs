// npm run check: everything about the repository that can be judged without running its code.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { judgeContents } from "./check-package-contents.mjs";
import { runSteps } from "./check-steps.mjs";
import { packPackage } from "./pack-package.mjs";
import { ensureBuilt, ensureInstalled } from "./prepare-workspace.mjs";
import { runCommand, runNode } from "./run-command.mjs";
import { cacheDirectory, repositoryRoot, toolEntry } from "./workspace.mjs";

/** A step that passes when a tool of node_modules ends with 0. */
function tool(/** @type {string} */ packageName, /** @type {string} */ bin, /** @type {string[]} */ ...args) {
  return () => judge(runNode([toolEntry(packageName, bin), ...args], { cwd: repositoryRoot, env: quiet }));
}

/** Not FORCE_COLOR=0: Biome takes any value of it for yes. */
const quiet = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined };

/** @param {Promise<import("./run-command.mjs").CommandResult>} command */
async function judge(command) {
  const { code, output } = await command;
  return judged(code === 0 ? "passed" : "failed", output);
}

/**
 * @param {import("./check-steps.mjs").StepResult["state"]} state
 * @param {string} output
 * @returns {import("./check-steps.mjs").StepResult}
 */
function judged(state, output) {
  return { state, output };
}

/** The folders of JavaScript with types in comments. */
function typedFolders() {
  return readdirSync(repositoryRoot).filter((name) => existsSync(join(repositoryRoot, name, "tsconfig.json")));
}

/** Compares the contract with the last release; on a branch before the first one, with main. */
async function checkBreaking() {
  const git = async (/** @type {string[]} */ ...args) => {
    const { code, stdout } = await runCommand("git", args, { cwd: repositoryRoot });
    return code === 0 ? stdout.trim() : "";
  };
  const tag = await git("describe", "--tags", "--abbrev=0", "--match", "v*");
  const branch = await git("rev-parse", "--abbrev-ref", "HEAD");
  const base = tag || (branch === "main" ? "" : await git("rev-parse", "--verify", "--quiet", "main"));
  if (base === "") return judged("skipped", "no tag and no other branch to compare with");
  return tool("@bufbuild/buf", "buf", "breaking", "--against", `.git#${tag ? "tag" : "ref"}=${base}`)();
}

await ensureInstalled();
mkdirSync(cacheDirectory, { recursive: true });
const scratch = mkdtempSync(join(cacheDirectory, "check-"));
let tarball = "";
try {
  const failed = await runSteps([
    {
      name: "format, lint, imports",
      run: tool("@biomejs/biome", "biome", "ci", "--colors=off", "--diagnostic-level=warn", "--error-on-warnings", "."),
    },
    { name: "types", run: tool("typescript", "tsc", "-p", ".") },
    ...typedFolders().map((folder) => ({
      name: `types of ${folder}`,
      run: tool("typescript", "tsc", "-p", folder),
    })),
    { name: "contract lint", run: tool("@bufbuild/buf", "buf", "lint") },
    { name: "contract compatibility", run: checkBreaking },
    {
      name: "generated files",
      run: () => judge(runNode([join(repositoryRoot, "scripts/generate.mjs"), "--check"])),
    },
    {
      name: "API reference",
      run: () => judge(runNode([join(repositoryRoot, "scripts/api-reference.mjs"), "--check"])),
    },
    {
      name: "package",
      run: async () => {
        await ensureBuilt();
        const packed = await packPackage(scratch);
        tarball = packed.path;
        return judgeContents(packed);
      },
    },
    {
      name: "package shape (publint)",
      after: "package",
      run: () => tool("publint", "publint", "run", "--strict", tarball)(),
    },
    {
      name: "package types (attw)",
      after: "package",
      run: () => tool("@arethetypeswrong/cli", "attw", "--no-definitely-typed", "--no-emoji", tarball)(),
    },
  ]);
  if (failed > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
