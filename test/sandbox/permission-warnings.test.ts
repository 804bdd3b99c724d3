import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { nodeRuntime } from "../../src/sandbox/node-runtime.js";
import { useDirectory } from "../helpers/use-directory.js";
import { nodes } from "./use-nodes.js";

const source = join(import.meta.dirname, "../../src/sandbox/permission-warnings.ts");

/** What a process says on stderr that was given all flags there are, and runs `body` in its first tick. */
function stderrOf(execPath: string, body: string, moreFlags: readonly string[] = []): string {
  const directory = useDirectory();
  const bundle = join(directory, "quiet.cjs");
  buildSync({ entryPoints: [source], outfile: bundle, bundle: true, format: "cjs", platform: "node" });
  const script = join(directory, "script.cjs");
  writeFileSync(script, `const { quietPermissionWarnings } = require("./quiet.cjs");\n${body}`);
  const { flags } = nodeRuntime(execPath);
  const model = flags.has("--permission") ? "--permission" : "--experimental-permission";
  const grants = ["--allow-worker", "--allow-child-process", "--allow-addons", "--allow-wasi", "--allow-net"];
  const argv = [model, "--allow-fs-read=*", ...grants.filter((flag) => flags.has(flag)), ...moreFlags, script];
  return spawnSync(execPath, argv, { env: {}, encoding: "utf8" }).stderr;
}

describe.each(nodes)("Node %i", (_, execPath) => {
  test("says nothing about the flags that we gave it", () => {
    expect(stderrOf(execPath, "")).toMatch(/Warning/);
    expect(stderrOf(execPath, "quietPermissionWarnings();")).toBe("");
  });

  test("says what it has to say about all else, at once and later", () => {
    const body = `
      process.emitWarning("before");
      quietPermissionWarnings();
      process.emitWarning("beside");
      setTimeout(() => process.emitWarning("The flag --allow-worker is the user's own story"), 5);`;
    const stderr = stderrOf(execPath, body);
    for (const message of ["before", "beside", "the user's own story"]) expect(stderr).toContain(message);
  });
});
