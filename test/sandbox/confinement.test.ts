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

const START = { execArgv: ["--stack-size=900"], cwd: "/", env: {} };
const COMMAND = [process.execPath, "--stack-size=900", "/boot.cjs"];

function useFolders() {
  return { executable: useDirectory(), readable: [useDirectory()], shared: [useDirectory()] };
}

describe("a confinement", () => {
  test("changes nothing when there is none", () => {
    expect(resolveConfinement({}, CONTEXT)).toEqual(UNCONFINED);
    const { wrap, ...facts } = confine(UNCONFINED, START, useFolders());
    const nothing = { identity: undefined, confiners: [], sandboxed: false, denied: [] };
    expect(facts).toEqual({ execArgv: START.execArgv, ...nothing });
    expect(wrap(COMMAND)).toEqual(COMMAND);
  });

  test("puts the flags of permissions before those of the user, with the framework's own folders in them", () => {
    const confinement = resolveConfinement({ permissions: { net: true } }, CONTEXT);
    const folders = useFolders();
    const { execArgv, denied, wrap } = confine(confinement, START, folders);
    expect(wrap(COMMAND)).toEqual(COMMAND);
    expect(execArgv[0]).toMatch(/^--(experimental-)?permission$/);
    expect(execArgv.at(-1)).toBe("--stack-size=900");
    expect(execArgv).toEqual(
      expect.arrayContaining([`--allow-fs-read=${folders.executable}`, `--allow-fs-read=${folders.readable[0]}`]),
    );
    expect(execArgv.filter((flag) => flag.startsWith("--allow-fs-write"))).toEqual([]);
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
    const { execArgv, wrap, sandboxed, denied } = confine(confinement, START, useFolders());
    expect(sandboxed).toBe(true);
    expect(execArgv[0]).toMatch(/permission$/);
    const [program, ...args] = wrap([process.execPath, ...execArgv, "/boot.cjs"]);
    expect(program).toMatch(/bwrap$/);
    expect(args.slice(args.indexOf("--") + 1)).toEqual([process.execPath, ...execArgv, "/boot.cjs"]);
    expect(denied.length).toBeGreaterThan(0);
  });

  test.runIf(process.getuid?.() === 0)("gives another user nothing of the host's home", () => {
    const confinement = resolveConfinement({ uid: 65534, gid: 65534, permissions: { net: true } }, CONTEXT);
    const { execArgv } = confine(confinement, START, { ...useFolders(), readable: [] });
    expect(execArgv.filter((flag) => flag.includes("v8cache") || flag.includes(".cache"))).toEqual([]);
  });
});
