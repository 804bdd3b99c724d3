import { IsolationError } from "process-isolation";
import { describe, expect, test } from "vitest";
import { type ConfinementContext, confine, resolveConfinement, UNCONFINED } from "../../src/sandbox/confinement.js";
import { useDirectory } from "../helpers/use-directory.js";
import { noBubblewrap } from "./bubblewrap.js";

const CONTEXT: ConfinementContext = {
  from: "/",
  execPath: process.execPath,
  execArgv: [],
  env: {},
  debug: false,
  discoverable: false,
};

const START = { execPath: process.execPath, execArgv: ["--stack-size=900"], argv: ["/boot.cjs"], cwd: "/", env: {} };

function useFolders() {
  return { executable: useDirectory(), own: [useDirectory()], shared: [useDirectory()] };
}

describe("a confinement", () => {
  test("changes nothing when there is none", () => {
    expect(resolveConfinement({}, CONTEXT)).toEqual(UNCONFINED);
    expect(confine(UNCONFINED, START, useFolders())).toEqual({
      ...START,
      identity: undefined,
      sandboxed: false,
      denied: [],
    });
  });

  test("puts the flags of permissions before those of the user, with the framework's own folders in them", () => {
    const confinement = resolveConfinement({ permissions: { net: true } }, CONTEXT);
    const folders = useFolders();
    const { execArgv, denied, execPath } = confine(confinement, START, folders);
    expect(execPath).toBe(process.execPath);
    expect(execArgv[0]).toMatch(/^--(experimental-)?permission$/);
    expect(execArgv.at(-1)).toBe("--stack-size=900");
    expect(execArgv).toEqual(
      expect.arrayContaining([`--allow-fs-read=${folders.executable}`, `--allow-fs-write=${folders.own[0]}`]),
    );
    expect(denied).toContain("child");
  });

  test("refuses to be discoverable without a socket", () => {
    const discoverable = { ...CONTEXT, discoverable: true };
    const refuse = (): unknown => resolveConfinement({ uid: 65534, gid: 65534 }, discoverable);
    if (process.getuid?.() === 0) expect(refuse).toThrow("discoverable needs a socket");
    else expect(refuse).toThrow(IsolationError);
  });

  test.skipIf(noBubblewrap)("runs all of it inside of bwrap, where there is a sandbox", () => {
    const confinement = resolveConfinement({ sandbox: "bubblewrap", permissions: {} }, CONTEXT);
    const { execPath, execArgv, argv, sandboxed, denied } = confine(confinement, START, useFolders());
    expect(sandboxed).toBe(true);
    expect(execPath).toMatch(/bwrap$/);
    expect(execArgv).toEqual([]);
    const inside = argv.slice(argv.indexOf("--") + 1);
    expect(inside[0]).toBe(process.execPath);
    expect(inside.slice(-2)).toEqual(["--stack-size=900", "/boot.cjs"]);
    expect(inside[1]).toMatch(/permission$/);
    expect(denied.length).toBeGreaterThan(0);
  });

  test.runIf(process.getuid?.() === 0)("gives another user nothing of the host's home", () => {
    const confinement = resolveConfinement({ uid: 65534, gid: 65534, permissions: { net: true } }, CONTEXT);
    const { identity, execArgv } = confine(confinement, START, { ...useFolders(), own: [] });
    expect(identity).toEqual({ uid: 65534, gid: 65534 });
    expect(execArgv.filter((flag) => flag.includes("v8cache") || flag.includes(".cache"))).toEqual([]);
  });
});
