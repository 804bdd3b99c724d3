import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { nodes } from "./use-nodes.js";

const fixture = join(import.meta.dirname, "../fixtures/sandbox/import-guard.mjs");
const built = join(import.meta.dirname, "../../dist/src");

const SOURCES = {
  "module.mjs": 'import { verdict as own } from "./dependency.mjs";\nexport const verdict = own;\n',
  "module.cjs": 'exports.verdict = require("./dependency.cjs").verdict;\n',
} as const;

type Name = keyof typeof SOURCES;

interface Setup {
  readonly sha256?: string;
  readonly how?:
    | "loaded before"
    | "swapped after the check"
    | "required before"
    | "with its dependency"
    | "with another dependency";
  readonly source?: string;
  readonly flags?: readonly string[];
}

function load(execPath: string, name: Name, { sha256 = "", how, source = SOURCES[name], flags = [] }: Setup = {}) {
  const directory = useDirectory();
  writeFileSync(join(directory, name), source);
  writeFileSync(join(directory, "dependency.mjs"), 'export const verdict = "good";\n');
  writeFileSync(join(directory, "dependency.cjs"), 'exports.verdict = "good";\n');
  const argv = [...flags, fixture, built, join(directory, name), sha256, how ?? ""];
  const { stdout, stderr } = spawnSync(execPath, argv, { encoding: "utf8", env: {} });
  return stdout === "" ? { stderr } : JSON.parse(stdout);
}

describe.each(nodes)("on Node %i", (major, execPath) => {
  describe.each(Object.keys(SOURCES) as Name[])("%s", (name) => {
    test("loads when its bytes are what they should be, with what it imports", () => {
      expect(load(execPath, name)).toEqual({ verdict: "good", same: true });
    });

    test("does not run when they are not", () => {
      const source = `process.stdout.write("it ran");\n${SOURCES[name]}`;
      expect(load(execPath, name, { sha256: "0".repeat(64), source })).toMatchObject({
        code: "MODULE_FAILED",
        message: expect.stringMatching(/is not what integrity asks for: its sha256 is [0-9a-f]{64}, not 0{64}$/),
      });
    });

    test("does not run when the file was exchanged since its digest was taken", () => {
      const source = name === "module.mjs" ? 'export const verdict = "good";' : 'exports.verdict = "good";';
      expect(load(execPath, name, { how: "swapped after the check", source })).toMatchObject({ code: "MODULE_FAILED" });
    });

    test("is refused when somebody had loaded it before, unchecked", () => {
      expect(load(execPath, name, { how: "loaded before" })).toMatchObject({
        code: "MODULE_FAILED",
        message: expect.stringContaining("had been loaded before its integrity could be checked"),
      });
    });
  });

  test("a dependency that is named is checked too, and may be called itself after that", () => {
    expect(load(execPath, "module.mjs", { how: "with its dependency" })).toEqual({ verdict: "good", same: true });
    expect(load(execPath, "module.mjs", { how: "with another dependency" })).toMatchObject({
      message: expect.stringMatching(/dependency\.mjs/),
    });
  });

  test("a dependency that is required is checked too", () => {
    expect(load(execPath, "module.cjs", { how: "with its dependency" })).toEqual({ verdict: "good", same: true });
    expect(load(execPath, "module.cjs", { how: "with another dependency" })).toMatchObject({
      message: expect.stringMatching(/dependency\.cjs/),
    });
  });

  test("what was required before, unchecked, is refused", () => {
    expect(load(execPath, "module.cjs", { how: "required before" })).toMatchObject({
      message: expect.stringContaining("had been loaded before its integrity could be checked"),
    });
  });

  test("an error of the module itself stays what it is", () => {
    const source = 'throw Object.assign(new Error("its own"), { code: "OWN" });';
    expect(load(execPath, "module.mjs", { source })).toEqual({ code: "OWN", message: "its own" });
  });

  test("under permissions without worker threads it is checked, or refused by a Node too old for that", () => {
    const model = major === 20 ? "--experimental-permission" : "--permission";
    const outcome = load(execPath, "module.mjs", { flags: [model, "--allow-fs-read=*"] });
    if (major > 20) expect(outcome).toEqual({ verdict: "good", same: true });
    else expect(outcome).toMatchObject({ message: expect.stringContaining("without permissions.worker") });
  });
});
