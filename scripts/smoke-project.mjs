import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packPackage } from "./pack-package.mjs";
import { runNpm } from "./run-npm.mjs";
import { repositoryRoot } from "./workspace.mjs";

/** How long npm may take for all the tools. */
const INSTALL_MS = 20 * 60_000;

/** @type {Map<string, Promise<string>>} */
const projects = new Map();

/**
 * A project with the packed package, every tool of this stage and the files of smoke/hosts: made once.
 * @param {string} scratch
 */
export function hostsProject(scratch) {
  const project = projects.get(scratch) ?? makeProject(join(scratch, "hosts-project"), scratch);
  projects.set(scratch, project);
  return project;
}

/** @param {string} project @param {string} scratch */
async function makeProject(project, scratch) {
  const files = join(repositoryRoot, "scripts/smoke/hosts");
  mkdirSync(project, { recursive: true });
  cpSync(files, project, { recursive: true });
  cpSync(join(files, "tools.json"), join(project, "package.json"));
  const { install } = await installPacked(project, scratch);
  if (install.code !== 0) throw new Error(`npm install:\n${install.output}`);
  return project;
}

/**
 * Packs the package and installs it, with all else that the project's package.json names.
 * @param {string} project @param {string} scratch
 */
export async function installPacked(project, scratch) {
  const packed = await packPackage(scratch);
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", packed.path];
  return { packed, install: await runNpm(args, { cwd: project, timeoutMs: INSTALL_MS }) };
}

/** The packed package that a project has installed. @param {string} project */
export function tarballOf(project) {
  const { dependencies } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
  return join(project, dependencies["process-isolation"].replace(/^file:/, ""));
}
