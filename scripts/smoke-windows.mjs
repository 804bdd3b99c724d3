import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addCounts, countOf, NOTHING } from "./ci-counts.mjs";
import { installPacked } from "./smoke-project.mjs";
import { ensureWine, Wine } from "./wine.mjs";
import { repositoryRoot } from "./workspace.mjs";

/** The lines of Node whose build for Windows runs under Debian's Wine. */
const MAJORS = [20];

const MINUTE_MS = 60_000;

/**
 * Uses the packed package by a Node for Windows, under Wine: named pipes, starts, calls, crashes, restarts, the host's end.
 * @param {string} scratch an existing folder
 */
export async function smokeWindows(scratch) {
  const problem = await ensureWine();
  if (problem !== undefined) {
    process.stdout.write(`missing: ${problem}\n`);
    return countOf(false);
  }
  const project = join(scratch, "windows-project");
  cpSync(join(repositoryRoot, "scripts/smoke/windows"), project, { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  const { install } = await installPacked(project, scratch);
  if (install.code !== 0) throw new Error(`npm install:\n${install.output}`);
  let counts = NOTHING;
  for (const major of MAJORS) counts = addCounts(counts, await testOn(major, project, scratch));
  return counts;
}

/** @param {number} major @param {string} project @param {string} scratch */
async function testOn(major, project, scratch) {
  const folder = join(scratch, `wine-${major}`);
  mkdirSync(folder);
  const wine = await Wine.create(folder, major);
  try {
    const { code, output } = await wine.runNode(["--test-reporter=tap", "windows.mjs"], project, 10 * MINUTE_MS);
    const number = (/** @type {string} */ name) => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
    const counts = { passed: number("pass"), failed: number("fail") + number("cancelled"), skipped: number("skipped") };
    process.stdout.write(`Node ${major} for Windows:\n${output.match(/^(not )?ok .*$/gm)?.join("\n")}\n`);
    const isExplained = code === 0 ? counts.passed > 0 : counts.failed > 0;
    if (code !== 0) process.stdout.write(output.replace(/^(?=.)/gm, "    "));
    return isExplained ? counts : addCounts(counts, countOf(false));
  } finally {
    await wine.end();
  }
}

// By hand: node scripts/smoke-windows.mjs FOLDER
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { failed } = await smokeWindows(process.argv[2] ?? ".");
  if (failed > 0) process.exitCode = 1;
}
