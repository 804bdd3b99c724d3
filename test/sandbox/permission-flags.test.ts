import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeRuntime } from "../../src/sandbox/node-runtime.js";
import { permissionFlags } from "../../src/sandbox/permission-flags.js";
import { type PermissionOptions, resolvePermissions } from "../../src/sandbox/permissions.js";
import { useDirectory } from "../helpers/use-directory.js";
import { nodes } from "./use-nodes.js";

interface Setup {
  readonly directory: string;
  readonly flags: readonly string[];
  readonly denied: readonly string[];
}

/** A folder with `open/` that may be read, `out/` that may be written, `own/` of the framework, and `secret/`. */
function useSetup(execPath: string, options: PermissionOptions = {}, more: readonly string[] = []): Setup {
  const directory = useDirectory();
  for (const name of ["open", "out", "own", "secret", "opening", ...more]) {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, "file"), name);
  }
  symlinkSync("open", join(directory, "link"));
  const runtime = nodeRuntime(execPath);
  const permissions = resolvePermissions(
    { fsRead: ["link", "new"], fsWrite: ["out", "new"], net: !runtime.flags.has("--allow-net"), ...options },
    { runtime, from: directory, execArgv: [], env: {}, networkFenced: false, debug: false },
  );
  const { execArgv, denied } = permissionFlags(permissions, runtime, [join(directory, "own")]);
  return { directory, flags: execArgv, denied };
}

/** Runs an expression; its value, as JSON. */
function evaluate(execPath: string, { directory, flags }: Setup, expression: string): unknown {
  const code = `
    const fs = require("node:fs");
    const attempt = (act) => { try { act(); return "ok"; } catch (error) { return error.code ?? error.message; } };
    console.log(JSON.stringify(${expression}));`;
  const { stdout, stderr } = spawnSync(execPath, [...flags, "-e", code], { cwd: directory, env: {}, encoding: "utf8" });
  return JSON.parse(stdout || JSON.stringify(stderr));
}

describe.each(nodes)("the flags of Node %i", (major, execPath) => {
  test("let it read and write what is allowed, and nothing beside it", () => {
    const setup = useSetup(execPath);
    const read = (path: string): string =>
      `attempt(() => fs.readFileSync(${JSON.stringify(join(setup.directory, path))}))`;
    const write = (path: string): string =>
      `attempt(() => fs.writeFileSync(${JSON.stringify(join(setup.directory, path))}, ""))`;
    const outcomes = evaluate(
      execPath,
      setup,
      `[${read("open/file")}, ${read("link/file")}, ${read("own/file")}, ${read("secret/file")}, ${read("opening/file")},
        ${write("out/file")}, ${write("own/file")}, ${write("open/file")}, ${write("secret/file")}, ${write("made")},
        ${write("new")}]`,
    );
    const no = "ERR_ACCESS_DENIED";
    expect(outcomes).toEqual(["ok", "ok", "ok", no, no, "ok", no, no, no, no, "ok"]);
  });

  test("let it fill a folder that is made only later", () => {
    const setup = useSetup(execPath);
    const folder = JSON.stringify(join(setup.directory, "new"));
    expect(
      evaluate(
        execPath,
        setup,
        `attempt(() => { fs.mkdirSync(${folder}); fs.writeFileSync(${folder} + "/x", ""); fs.readFileSync(${folder} + "/x"); })`,
      ),
    ).toBe("ok");
  });

  test("deny processes, threads, addons, WASI and the inspector", () => {
    const outcomes = evaluate(
      execPath,
      useSetup(execPath),
      `[attempt(() => require("node:child_process").spawnSync(process.execPath)),
        attempt(() => new (require("node:worker_threads").Worker)("0", { eval: true })),
        attempt(() => process.dlopen({ exports: {} }, "/nowhere.node")),
        attempt(() => new (require("node:wasi").WASI)({ version: "preview1" })),
        attempt(() => new (require("node:inspector").Session)().connect())]`,
    );
    const no = "ERR_ACCESS_DENIED";
    expect(outcomes).toEqual([no, no, "ERR_DLOPEN_DISABLED", no, no]);
  });

  test("grant what is named", () => {
    const setup = useSetup(execPath, { childProcess: true, worker: true, fsRead: true });
    const outcomes = evaluate(
      execPath,
      setup,
      `[require("node:child_process").spawnSync("true").error?.code ?? "ok", attempt(() => fs.readdirSync("/")),
        process.permission.has("worker")]`,
    );
    expect(outcomes).toEqual(["ok", "ok", true]);
  });

  test("are not confused by paths that begin alike", () => {
    const names = ["app1", "app2", "app3", "app", "data/a", "data/b", "data/c", "data"];
    const setup = useSetup(execPath, { fsRead: names }, names);
    const has = (path: string): string =>
      `process.permission.has("fs.read", ${JSON.stringify(join(setup.directory, path))})`;
    const paths = ["app", "app1/x", "app4", "data/x", "dat", "other"];
    // From Node 22 on a folder whose name begins that of another cannot be listed itself; what is in it can be read.
    const itself = major < 22;
    expect(evaluate(execPath, setup, `[${paths.map(has)}]`)).toEqual([itself, true, false, true, false, false]);
  });

  test("deny the network where Node can, once the process serves", () => {
    const setup = useSetup(execPath);
    expect(setup.denied.includes("net")).toBe(major >= 26);
    expect(setup.flags.includes("--allow-net")).toBe(major >= 26);
  });
});
