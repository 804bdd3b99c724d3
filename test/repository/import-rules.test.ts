import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PACKAGE_OWNERS, ROOMS, ROOMS_OF_PIHOST } from "../../scripts/import-rules.mjs";

const repository = resolve(import.meta.dirname, "../..");
const biome = join(repository, "node_modules/@biomejs/biome/bin/biome");

/** One file with one import, and whether the rules must refuse it. */
interface Attempt {
  readonly file: string;
  readonly specifier: string;
  readonly refused: boolean;
}

const attempts: Attempt[] = [];

function attempt(place: string, specifier: string, refused: boolean): void {
  attempts.push({ file: `${place}/attempt-${attempts.length}.ts`, specifier, refused });
}

// Every room against every room, from its own folder and from a folder inside it.
for (const [index, room] of ROOMS.entries()) {
  for (const [other, target] of ROOMS.entries()) {
    if (target === room) continue;
    attempt(`src/${room}`, `../${target}/index.js`, other > index);
    attempt(`src/${room}/part`, `../../${target}/index.js`, other > index);
  }
  attempt(`src/${room}`, "./sibling.js", false);
  attempt(`src/${room}`, "../../pihost/main.js", true);
  if (room !== "contract") attempt(`src/${room}`, "../contract/gen/pihost/v1/status.js", true);
  attempt("src", `./${room}/index.js`, false);
  attempt("pihost", `../src/${room}/index.js`, !ROOMS_OF_PIHOST.includes(room));
  attempt("pihost/loader", `../../src/${room}/index.js`, !ROOMS_OF_PIHOST.includes(room));
}
attempt("src/contract", "./gen/pihost/v1/status.js", false);
attempt("pihost", "../src/contract/gen/pihost/v1/status.js", true);

// Every fenced package from every room, from the executable, and from each of its owners.
const places = [...ROOMS.map((room) => `src/${room}`), "src", "pihost", "pihost/loader"];
for (const [name, owners] of Object.entries(PACKAGE_OWNERS)) {
  for (const place of places) {
    attempt(place, name, !owners.includes(place));
    attempt(place, `${name}/deep.js`, !owners.includes(place));
  }
  for (const owner of owners) {
    attempts.push({
      file: `${owner}.extra.ts`,
      specifier: name,
      refused: ROOMS.some((room) => owner === `src/${room}`),
    });
    attempt(owner, name, false);
  }
}

const refused = new Map<string, string>();
let project = "";

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "import-rules-"));
  for (const name of ["biome.json", "biome.rooms.json"]) cpSync(join(repository, name), join(project, name));
  for (const { file, specifier } of attempts) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), `export { thing } from "${specifier}";\n`);
  }
  const cycle = join(project, "src/codec");
  writeFileSync(join(cycle, "left.ts"), 'import { right } from "./right.js";\nexport const left = () => right;\n');
  writeFileSync(join(cycle, "right.ts"), 'import { left } from "./left.js";\nexport const right = () => left;\n');
  const complaints = (await lint()).matchAll(/::error title=lint\/([^,]+),file=([^,]+)/g);
  for (const [, rule = "", file = ""] of complaints) refused.set(file, rule);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function lint(): Promise<string> {
  const args = ["lint", "--reporter=github", "--max-diagnostics=none", "--colors=off", "."];
  return new Promise((done) => {
    execFile(process.execPath, [biome, ...args], { cwd: project, maxBuffer: 1 << 24 }, (_, stdout) => done(stdout));
  });
}

function isRefused(file: string): boolean {
  return [...refused].some(([path, rule]) => path.endsWith(file) && rule === "style/noRestrictedImports");
}

test("an import goes only to the rooms above, and a package only to its owners", () => {
  expect(attempts.length).toBeGreaterThan(300);
  const wrong = attempts.filter((one) => isRefused(one.file) !== one.refused);
  expect(wrong).toEqual([]);
});

test("an import cycle is refused", () => {
  const rules = [...refused].filter(([path]) => /codec[\\/](left|right)\.ts$/.test(path)).map(([, rule]) => rule);
  expect(rules).toEqual(["suspicious/noImportCycles", "suspicious/noImportCycles"]);
});

test("every folder of src is a room", () => {
  const folders = readdirSync(join(repository, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(ROOMS).toEqual(expect.arrayContaining(folders.map(({ name }) => name)));
});
