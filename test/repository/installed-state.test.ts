import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runWithScript } from "./run-module.js";

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "installed-state-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

type Packages = Record<string, object>;

const one = { "node_modules/one": { version: "1.0.0", integrity: "sha512-one" } };
const foreign = { "node_modules/foreign": { version: "1.0.0", optional: true, os: ["plan9"], cpu: ["x64"] } };
const native = {
  "node_modules/native": { version: "1.0.0", optional: true, os: [process.platform], cpu: [process.arch] },
};

/** What whyInstall says of a lock file and of what npm recorded as installed. */
function whyInstall(locked: Packages, installed: Packages | undefined, present = Object.keys(installed ?? {})) {
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...locked } }));
  if (installed !== undefined) {
    mkdirSync(join(root, "node_modules"), { recursive: true });
    writeFileSync(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages: installed }));
  }
  for (const path of present) {
    mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, path, "package.json"), "{}");
  }
  return runWithScript("installed-state.mjs", `console.log(script.whyInstall(${JSON.stringify(root)}) ?? "fresh")`);
}

test("what the lock file asks for is fresh, binaries for other machines left out", async () => {
  expect(await whyInstall({ ...one, ...foreign, ...native }, { ...one, ...native })).toBe("fresh");
});

test("a bare clone must be installed", async () => {
  expect(await whyInstall(one, undefined)).toBe("node_modules is missing");
});

test("another version must be installed anew", async () => {
  const older = { "node_modules/one": { version: "0.9.0", integrity: "sha512-old" } };
  expect(await whyInstall(one, older)).toBe("node_modules/one is 0.9.0, package-lock.json says 1.0.0");
});

test("a missing package, a missing binary for this machine and a package too many are noticed", async () => {
  expect(await whyInstall({ ...one, ...native }, one)).toBe("node_modules/native is not installed");
  expect(await whyInstall(one, {})).toBe("node_modules/one is not installed");
  expect(await whyInstall({}, one)).toBe("node_modules/one is not in package-lock.json");
});

test("a package whose folder was deleted is noticed", async () => {
  expect(await whyInstall(one, one, [])).toBe("node_modules/one is gone");
});
