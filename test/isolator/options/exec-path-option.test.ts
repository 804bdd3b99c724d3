import { copyFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolveExecPath } from "../../../src/isolator/options/exec-path-option.js";
import { useDirectory } from "../../helpers/use-directory.js";

const ELECTRON = { description: "Electron 38.1.0", nodeSwitch: "ELECTRON_RUN_AS_NODE" };
const BUN = { description: "Bun 1.3.0" };

function refusal(...args: Parameters<typeof resolveExecPath>): string {
  try {
    return expect.fail(`it was ${resolveExecPath(...args)}`);
  } catch (error) {
    expect(error).toMatchObject({ code: "INVALID_OPTION" });
    return (error as Error).message;
  }
}

test("a host on Node.js has its own program by default, and any other", () => {
  expect(resolveExecPath(undefined, {})).toBe(process.execPath);
  expect(resolveExecPath("node", {})).toBe("node");
});

test("any other host has no default, nor its own program by a path, a link or a name", () => {
  const folder = useDirectory();
  const own = join(folder, "bun");
  copyFileSync(process.execPath, own);
  symlinkSync(own, join(folder, "node"));
  expect(refusal(undefined, {}, BUN, own)).toContain("execPath is needed: this host is Bun 1.3.0");
  for (const value of [own, join(folder, "node"), "node"]) {
    expect(refusal(value, { PATH: folder }, BUN, own)).toContain(`must name another program than this one (${own})`);
  }
});

test("any other host has another program, also one that is not there", () => {
  const folder = useDirectory();
  const own = join(folder, "bun");
  writeFileSync(own, "");
  for (const value of [process.execPath, "node", "/not/there"]) {
    expect(resolveExecPath(value, { PATH: process.env.PATH ?? "" }, BUN, own)).toBe(value);
  }
});

test("an Electron may be its own Node.js where the child is told so, and says that", () => {
  expect(refusal(undefined, {}, ELECTRON)).toContain('with env: { ELECTRON_RUN_AS_NODE: "1" }');
  expect(resolveExecPath(undefined, { ELECTRON_RUN_AS_NODE: "1" }, ELECTRON)).toBe(process.execPath);
  expect(refusal(undefined, { ELECTRON_RUN_AS_NODE: "1" }, BUN)).not.toContain("ELECTRON");
});
