import { describe, expect, test } from "vitest";
import { IsolationError } from "../../src/errors/index.js";
import { type Confinement, UNCONFINED } from "../../src/sandbox/index.js";
import { explainHidden } from "../../src/supervision/hidden-at-start.js";

const MISSING = "Error: Cannot find module '/home/a/hook.cjs'\n    at Module._resolveFilename";
const DENIED = "code: 'ERR_ACCESS_DENIED',\n  permission: 'FileSystemRead',\n  resource: '/home/a/hook.cjs'";

const PERMISSIONS: Confinement = { ...UNCONFINED, permissions: {} as Confinement["permissions"] };
const SANDBOX: Confinement = { ...UNCONFINED, sandbox: {} as Confinement["sandbox"] };
const IDENTITY: Confinement = { ...UNCONFINED, identity: { uid: 1_000, gid: 100 } };

const failed = (stderrTail: string | undefined, code: IsolationError["code"] = "START_FAILED"): IsolationError =>
  new IsolationError(code, "the process ended", {
    cause: "the cause",
    facts: { isolate: "store", ...(stderrTail === undefined ? {} : { stderrTail }) },
  });

describe("a start that failed because a file is hidden", () => {
  test.each([
    ["permissions", PERMISSIONS, DENIED, 'add "/home/a/hook.cjs", or a folder above it, to permissions.fsRead'],
    ["a sandbox", SANDBOX, MISSING, 'add "/home/a/hook.cjs", or a folder above it, to sandbox.read'],
    ["another user", IDENTITY, MISSING, "user 1000 (group 100), of the options uid and gid, may not read"],
  ])("by %s says what to do, and is the same failure otherwise", (_, confinement, tail, hint) => {
    const error = failed(tail);
    const told = explainHidden(error, confinement);
    expect(told.message).toContain(hint);
    expect(told.message.startsWith(`${error.message}\n`)).toBe(true);
    expect(told).toMatchObject({ code: "START_FAILED", cause: "the cause", facts: error.facts });
  });

  test("is told by the denial, where a sandbox hides files too", () => {
    const both = { ...PERMISSIONS, ...{ sandbox: SANDBOX.sandbox } };
    expect(explainHidden(failed(DENIED), both).message).toContain("permissions.fsRead");
    expect(explainHidden(failed(MISSING), both).message).toContain("sandbox.read");
  });
});

describe("a failure is left as it is", () => {
  test.each<[string, Confinement, string | undefined]>([
    ["where nothing confines the process", UNCONFINED, MISSING],
    ["where nothing confines the process, whatever it was denied", UNCONFINED, DENIED],
    ["where permissions do not hide what is missing", PERMISSIONS, MISSING],
    ["where the process said nothing", SANDBOX, undefined],
    ["where it said something else", SANDBOX, "Error: it is broken"],
    ["where a sandbox does not deny", SANDBOX, DENIED],
    ["where another user does not deny", IDENTITY, DENIED],
    ["for a name that is no path", SANDBOX, "Error: Cannot find module 'left-pad'"],
    ["for a path that is longer than one can be", SANDBOX, `Cannot find module '/${"a".repeat(600)}'`],
  ])("%s", (_, confinement, tail) => {
    const error = failed(tail);
    expect(explainHidden(error, confinement)).toBe(error);
  });

  test("of another kind", () => {
    const error = failed(MISSING, "CANCELLED");
    expect(explainHidden(error, SANDBOX)).toBe(error);
  });
});
