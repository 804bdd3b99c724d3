import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { nodeRuntime } from "../../src/sandbox/node-runtime.js";
import { permissionFlags } from "../../src/sandbox/permission-flags.js";
import { resolvePermissions } from "../../src/sandbox/permissions.js";
import { nodes } from "./use-nodes.js";

const fixture = join(import.meta.dirname, "../fixtures/sandbox/verify.mjs");
const repository = join(import.meta.dirname, "../..");
const built = join(repository, "dist/src");
/** Node looks there for the type of the files above. */
const manifest = join(repository, "package.json");

interface Report {
  readonly mismatches: readonly string[];
  readonly network: string;
}

/** Starts the given Node with the flags that `change` makes of the right ones, and lets it verify itself. */
async function verify(
  execPath: string,
  change: (flags: readonly string[]) => readonly string[] = (flags) => flags,
  env: Record<string, string> = {},
): Promise<Report> {
  const runtime = nodeRuntime(execPath);
  const permissions = resolvePermissions(
    { fsRead: [fixture], net: !runtime.flags.has("--allow-net") },
    { runtime, from: "/", execArgv: [], env: {}, networkFenced: false, debug: false },
  );
  const { execArgv, denied } = permissionFlags(permissions, runtime, [built, manifest]);
  const argv = [...change(execArgv), fixture, built, JSON.stringify(denied)];
  const child = spawn(execPath, argv, { env, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

describe.each(nodes)("a process on Node %i", (major, execPath) => {
  test("finds its permissions in force", async () => {
    expect((await verify(execPath)).mismatches).toEqual([]);
  });

  test("has no network any more once it serves, where it was denied", async () => {
    const { network } = await verify(execPath);
    expect(network).toBe(major >= 26 ? "ERR_ACCESS_DENIED" : "ECONNREFUSED");
  });

  test("finds out when the flags did not arrive", async () => {
    expect((await verify(execPath, () => [])).mismatches).toEqual(["this Node.js runs without the permission model"]);
  });

  test.each([
    "--allow-fs-read=/",
    "--allow-fs-read=*",
    "--allow-fs-write=/",
    "--allow-worker",
    "--allow-child-process",
  ])("finds out that it also got %s", async (flag) => {
    const { mismatches } = await verify(execPath, (flags) => [...flags, flag]);
    expect(mismatches).not.toEqual([]);
  });

  test("finds out that NODE_OPTIONS loosened them", async () => {
    const { mismatches } = await verify(execPath, undefined, { NODE_OPTIONS: '--al"low_fs"-read=/etc' });
    expect(mismatches).toContain("NODE_OPTIONS holds --allow-fs-read");
  });

  if (major >= 24)
    test("finds out that Node only audits", async () => {
      const { mismatches } = await verify(execPath, (flags) => [...flags, "--permission-audit"]);
      expect(mismatches).toContain("fs.read is said to be denied, and is not");
    });
});
