import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fencesOf, REPOSITORY, readDocument, sectionOf } from "./markdown.js";
import { type Project, useProject } from "./use-project.js";

const DOCUMENT = readDocument("docs/testing.md");

/** The page's files in a project of its own. */
function useProjectOfPage(): Project {
  const files = fencesOf(DOCUMENT).map(({ text }) => [/^\/\/ (\S+)/.exec(text)?.[1] ?? "", text] as const);
  return useProject(new Map(files));
}

/** `await using` is for later versions: what it stands for, written out. */
function withoutUsing(source: string): string {
  const name = "prices";
  return source
    .replace(`import { test } from "node:test";`, `import { afterEach, test } from "node:test";`)
    .replaceAll(`await using ${name} = await`, `const ${name} = await`)
    .replaceAll(/(const prices = .*\n)/g, "$1  ending = prices.isolator;\n")
    .concat("\nlet ending;\nafterEach(() => ending.shutdown());\n");
}

test("the tests of the page pass under node --test, in the host's process and in one of its own", async () => {
  const project = useProjectOfPage();
  const source = fencesOf(DOCUMENT)[1]?.text ?? "";
  const ours = process.versions.node.startsWith("24") ? source : withoutUsing(source);
  writeFileSync(join(project.path, "prices.test.mjs"), ours);
  writeFileSync(join(project.path, "isolated.test.mjs"), ours.replace("inProcess: true", "inProcess: false"));
  const { code, stdout } = await project.run(process.execPath, ["--test", "--test-reporter=tap"]);
  expect(stdout).toContain("# pass 8");
  expect(code).toBe(0);
});

test("the module's lines are covered under node --test", async () => {
  const project = useProjectOfPage();
  writeFileSync(join(project.path, "prices.test.mjs"), withoutUsing(fencesOf(DOCUMENT)[1]?.text ?? ""));
  const args = ["--test", "--experimental-test-coverage", "--test-reporter=tap", "prices.test.mjs"];
  const { stdout } = await project.run(process.execPath, args);
  // One row: what all isolates of the test have run of it adds up.
  expect(stdout.match(/prices\.mjs .*/g)).toEqual([expect.stringMatching(/^prices\.mjs +\| +(?:9\d|100)\.\d\d/)]);
});

test("the runner's own import has its mocks, and compiles what Node.js cannot run", async () => {
  const project = useProjectOfPage();
  for (const name of ["vitest", "vite"]) {
    symlinkSync(join(REPOSITORY, "node_modules", name), join(project.path, "node_modules", name));
  }
  const config =
    'export default { test: { include: ["*.vitest.ts"], pool: "forks" }, server: { fs: { strict: false } } };';
  writeFileSync(join(project.path, "vitest.config.mjs"), config);
  const { code, stdout, stderr } = await project.run(process.execPath, [
    join(REPOSITORY, "node_modules/vitest/vitest.mjs"),
    "run",
  ]);
  expect(stdout + stderr).toContain("1 passed");
  expect(code).toBe(0);
});

test("the page names every option that is refused", () => {
  const named = sectionOf(DOCUMENT, "What is not");
  for (const name of [
    "limits",
    "permissions",
    "sandbox",
    "integrity",
    "standby",
    "env",
    "stdout",
    "recycle.whenRssAbove",
  ]) {
    expect(named).toContain(`\`${name}\``);
  }
});
