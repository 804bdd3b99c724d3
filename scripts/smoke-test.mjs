import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addCounts, countOf, NOTHING } from "./ci-counts.mjs";
import { NODE_MAJORS, nodeOfLine } from "./node-versions.mjs";
import { runCommand, runNode } from "./run-command.mjs";
import { installPacked } from "./smoke-project.mjs";
import { repositoryRoot, toolEntry } from "./workspace.mjs";

/**
 * Installs the packed package in an empty project, as a user would, and uses it there: from TypeScript by type
 * check, and from plain JavaScript on every line of Node.
 * @param {string} scratch an existing folder
 */
export async function smokeTest(scratch) {
  const project = join(scratch, "user-project");
  const files = await installInto(project, scratch);
  let counts = countOf(report("install without scripts", files));
  counts = addCounts(counts, countOf(report("types", await checkTypes(project))));
  for (const major of NODE_MAJORS) {
    counts = addCounts(counts, countOf(report(`Node ${major}`, await useOn(major, project))));
  }
  return counts;
}

/** @param {string} name @param {import("./run-command.mjs").CommandResult} result */
function report(name, { code, output }) {
  process.stdout.write(`${name}: ${code === 0 ? "passed" : "failed"}\n${output.replace(/^(?=.)/gm, "    ")}`);
  return code === 0;
}

/** @param {string} project @param {string} scratch */
async function installInto(project, scratch) {
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  cpSync(join(repositoryRoot, "scripts/smoke"), project, { recursive: true });
  const { packed, install } = await installPacked(project, scratch);
  const { packedBytes, unpackedBytes } = packed;
  const kilobytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1024)} KiB`;
  process.stdout.write(`package: ${kilobytes(packedBytes)} packed, ${kilobytes(unpackedBytes)} unpacked\n`);
  return install;
}

/** Type-checks the TypeScript user against the installed declarations, theirs included. @param {string} project */
function checkTypes(project) {
  const types = join(repositoryRoot, "node_modules/@types");
  const compilerOptions = {
    target: "ES2023",
    lib: ["ES2023", "ESNext.Disposable"],
    module: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    typeRoots: [types],
    types: ["node"],
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  return runNode([toolEntry("typescript", "tsc"), "-p", project], { cwd: project });
}

/** @param {number} major @param {string} project */
async function useOn(major, project) {
  const node = await nodeOfLine(major);
  return runCommand(node, [join(project, "use.mjs")], { cwd: project, timeoutMs: 60_000 });
}

// By hand: node scripts/smoke-test.mjs FOLDER
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const counts = addCounts(NOTHING, await smokeTest(process.argv[2] ?? "."));
  if (counts.failed > 0) process.exitCode = 1;
}
