import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { IsolationError } from "process-isolation";
import { describe, expect, test } from "vitest";
import type { NodeRuntime } from "../../src/sandbox/node-runtime.js";
import { type PermissionContext, resolvePermissions } from "../../src/sandbox/permissions.js";
import { useDirectory } from "../helpers/use-directory.js";

const SHARED = ["--allow-fs-read", "--allow-fs-write", "--allow-child-process", "--allow-worker", "--allow-addons"];

/** As the real ones say of themselves. */
const NODE: Record<number, NodeRuntime> = {
  18: { version: "18.20.0", flags: new Set(["--enable-source-maps"]) },
  20: { version: "20.20.2", flags: new Set(["--experimental-permission", ...SHARED, "--allow-wasi"]) },
  24: { version: "24.21.0", flags: new Set(["--permission", ...SHARED, "--allow-wasi", "--allow-inspector"]) },
  26: {
    version: "26.10.0",
    flags: new Set(["--permission", ...SHARED, "--allow-wasi", "--allow-inspector", "--allow-net", "--allow-ffi"]),
  },
};

function resolved(value: unknown, major: number, context: Partial<PermissionContext> = {}) {
  const runtime = NODE[major] as NodeRuntime;
  const defaults = { from: "/project", execArgv: [], env: {}, networkFenced: false, debug: false };
  return resolvePermissions(value, { runtime, ...defaults, ...context });
}

function refusal(...given: Parameters<typeof resolved>): string {
  try {
    resolved(...given);
  } catch (error) {
    if (IsolationError.is(error, "INVALID_OPTION")) return error.message;
    throw error;
  }
  return "nothing was refused";
}

describe("permissions", () => {
  test("deny all that is not named", () => {
    expect(resolved({}, 26)).toEqual({
      fsRead: [],
      fsWrite: [],
      childProcess: false,
      worker: false,
      addons: false,
      wasi: false,
      net: false,
      inspector: false,
      ffi: false,
    });
  });

  test("resolve relative paths in `from`, a path or a file URL", () => {
    const [project, other] = [useDirectory(), useDirectory()];
    mkdirSync(join(project, "data"));
    const given = { fsRead: ["data", `${other}/`, "./data"] };
    expect(resolved(given, 26, { from: project }).fsRead).toEqual([join(project, "data"), other]);
    const from = pathToFileURL(`${other}/`).href;
    expect(resolved({ fsWrite: ["out"] }, 26, { from }).fsWrite).toEqual([join(other, "out")]);
  });

  test("refuse a path that does not exist and that the process itself is not to make, by name", () => {
    const from = useDirectory();
    const path = (...parts: string[]): string => join(from, ...parts);
    expect(refusal({ fsRead: ["."], fsWrite: ["out"] }, 26, { from })).toBe("nothing was refused");
    expect(refusal({ fsRead: ["out/made"], fsWrite: ["out"] }, 26, { from })).toBe("nothing was refused");
    expect(refusal({ fsRead: ["later"], fsWrite: true }, 26, { from })).toBe("nothing was refused");
    expect(refusal({ fsRead: [".", "data"] }, 26, { from })).toContain(
      `permissions.fsRead must be paths that exist, or that permissions.fsWrite lets the process make; received '${path("data")}'`,
    );
    expect(refusal({ fsRead: ["output"], fsWrite: ["out"] }, 26, { from })).toContain(`'${path("output")}'`);
    expect(refusal({ fsWrite: ["no/out"] }, 26, { from })).toContain(
      `permissions.fsWrite must be paths that exist, or whose folder does; received '${path("no", "out")}'`,
    );
  });

  test.each([20, 24])("refuse to leave the network open in silence on Node %i", (major) => {
    expect(refusal({}, major)).toMatch(/permissions\.net cannot be denied by Node 2.*use Node 26.*net: true/);
    expect(resolved({ net: true }, major).net).toBe(true);
    expect(resolved({}, major, { networkFenced: true }).net).toBe(false);
  });

  test("refuse what this Node can never grant", () => {
    expect(refusal({ net: true, inspector: true }, 20)).toMatch(
      /inspector cannot be granted by Node 20.*Node 24\.12 can/,
    );
    expect(refusal({ net: true, ffi: true }, 24)).toMatch(/ffi cannot be granted by Node 24.*Node 26 can/);
    expect(refusal({}, 18)).toContain("Node 18.20.0 has no permission model");
  });

  test("want the inspector to be named where `debug` uses it", () => {
    expect(refusal({}, 26, { debug: true })).toContain("debug uses the inspector");
    expect(resolved({ inspector: true }, 26, { debug: true }).inspector).toBe(true);
  });

  test.each([
    [{ fsRead: "/etc" }, "permissions.fsRead must be true, false or an array of paths; received '/etc'"],
    [{ fsRead: [""] }, "permissions.fsRead[0] must be a path"],
    [{ fsWrite: ["/a*b"] }, "permissions.fsWrite must be paths without '*'"],
    [{ worker: 1 }, "permissions.worker must be true or false; received 1"],
    [{ sockets: true }, 'permissions has no "sockets"'],
    [[], "permissions must be an object"],
  ])("refuse %j", (value, message) => {
    expect(refusal(value, 26)).toContain(message);
  });

  test("take nothing from a prototype", () => {
    const value: unknown = Object.assign(Object.create({ childProcess: true }), {});
    expect(resolved(value, 26).childProcess).toBe(false);
  });

  test.each([
    "--allow-fs-read=/",
    "--allow_worker",
    "--no-permission",
    "--permission-audit",
    "--experimental-permission",
    "--env-file=.env",
    "--experimental-default-config-file",
    "--experimental-config-file=node.json",
  ])("refuse %s in execArgv and in NODE_OPTIONS", (flag) => {
    expect(refusal({}, 26, { execArgv: ["--no-warnings", flag] })).toContain("execArgv may not hold --");
    expect(refusal({}, 26, { env: { NODE_OPTIONS: `--no-warnings ${flag}` } })).toContain("NODE_OPTIONS of the child");
  });

  test("see through quotes and underscores in NODE_OPTIONS", () => {
    expect(refusal({}, 26, { env: { NODE_OPTIONS: '--al"low_fs"-read=/' } })).toContain("--allow-fs-read");
    expect(refusal({}, 26, { env: { NODE_OPTIONS: '"--allow\\-worker"' } })).toContain("--allow-worker");
  });

  test("leave other flags alone", () => {
    const execArgv = [
      "--max-old-space-size=100",
      "--disallow-code-generation-from-strings",
      "--import",
      "./allow-me.js",
    ];
    expect(resolved({}, 26, { execArgv, env: { NODE_OPTIONS: "--enable-source-maps" } }).worker).toBe(false);
  });
});
