import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { addCounts, countOf, NOTHING } from "./ci-counts.mjs";
import { runCommand } from "./run-command.mjs";
import { hostsProject, tarballOf } from "./smoke-project.mjs";
import { repositoryRoot } from "./workspace.mjs";

const TIMEOUT_MS = 180_000;

/** What a recipe must come to, on the last line that it prints. */
const ANSWERS = [/^1 \+ 2 = 3$/m, /^Tests: +1 passed, 1 total$/m];

/** ```` ```js host.mjs ````: a file; ```` ```sh ````: what to run. */
const BLOCK = /^```(\w+)(?: (\S+))?\n(.*?)^```$/gms;

/**
 * Runs each recipe of docs/bundling.md as it stands there: its files, and those of the introduction, in a folder of their
 * own; then its commands, in a shell that ends at the first one that fails.
 * @param {string} scratch an existing folder
 */
export async function smokeRecipes(scratch) {
  const project = await hostsProject(scratch);
  const [introduction = "", ...recipes] = readFileSync(join(repositoryRoot, "docs/bundling.md"), "utf8").split(/^## /m);
  if (recipes.length === 0) throw new Error("docs/bundling.md has no recipe");
  let counts = NOTHING;
  for (const [index, recipe] of recipes.entries()) {
    const failure = await run(join(scratch, `recipe-${index}`), project, introduction, recipe);
    const name = recipe.slice(0, recipe.indexOf("\n"));
    process.stdout.write(
      `${name}: ${failure === undefined ? "passed" : `failed\n${failure.replace(/^(?=.)/gm, "    ")}`}\n`,
    );
    counts = addCounts(counts, countOf(failure === undefined));
  }
  return counts;
}

/**
 * @param {string} folder @param {string} project @param {string} introduction @param {string} recipe
 * @returns {Promise<string | undefined>} why it failed
 */
async function run(folder, project, introduction, recipe) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const blocks = [...introduction.matchAll(BLOCK), ...recipe.matchAll(BLOCK)];
  for (const [, , file, text = ""] of blocks) if (file !== undefined) writeFileSync(join(folder, file), text);
  const commands = blocks.filter(([, language]) => language === "sh").map(([, , , text]) => text);
  if (commands.length === 0) return "it has no commands";
  if (commands.join().includes("yarn ")) prepareYarn(folder, project);
  else linkPackages(folder, project);
  const PATH = [join(folder, ".bin"), join(project, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const { code, output } = await runCommand("/bin/sh", ["-ec", commands.join("\n")], {
    cwd: folder,
    env: { ...process.env, PATH, NO_COLOR: "1", FORCE_COLOR: undefined },
    timeoutMs: TIMEOUT_MS,
  });
  return code === 0 && ANSWERS.some((answer) => answer.test(output)) ? undefined : `exit code ${code}\n${output}`;
}

/** The package is a folder of its own, as installed; a link would lead out of the recipe's. @param {string} folder @param {string} project */
function linkPackages(folder, project) {
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  cpSync(join(project, "node_modules/process-isolation"), join(modules, "process-isolation"), { recursive: true });
  symlinkSync(join(project, "node_modules/@rollup"), join(modules, "@rollup"), "junction");
}

/** A project of Yarn's own, which has the packed package for a dependency. @param {string} folder @param {string} project */
function prepareYarn(folder, project) {
  cpSync(tarballOf(project), join(folder, "process-isolation.tgz"));
  const manifest = {
    private: true,
    type: "module",
    dependencies: { "process-isolation": "file:./process-isolation.tgz" },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  // Without one, Yarn takes an enclosing folder for the project.
  writeFileSync(join(folder, "yarn.lock"), "");
  mkdirSync(join(folder, ".bin"));
  symlinkSync(join(project, "node_modules/@yarnpkg/cli-dist/bin/yarn.js"), join(folder, ".bin/yarn"));
}

// By hand: node scripts/smoke-recipes.mjs FOLDER
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { failed } = await smokeRecipes(process.argv[2] ?? ".");
  if (failed > 0) process.exitCode = 1;
}
