import { spawnSync } from "node:child_process";
import { IsolationError } from "process-isolation";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../src/platform/capabilities.files.js";
import { resolveIdentity } from "../../src/sandbox/identity.js";
import { linuxIdentityProblem } from "../../src/sandbox/identity.linux.js";
import { posixIdentityProblem } from "../../src/sandbox/identity.posix.js";
import { identityCommand } from "../../src/sandbox/identity-command.linux.js";
import { isMissing } from "../helpers/tool-of-the-machine.js";

const mayChange = (): undefined => undefined;

function refusal(options: object, problem: () => string | undefined = mayChange): string {
  try {
    resolveIdentity(options, problem);
  } catch (error) {
    if (IsolationError.is(error, "INVALID_OPTION")) return error.message;
    throw error;
  }
  return "nothing was refused";
}

describe("uid and gid", () => {
  test("are none unless given", () => {
    expect(resolveIdentity({}, () => "never")).toBeUndefined();
  });

  test("go together", () => {
    expect(resolveIdentity({ uid: 1000, gid: 1001 }, mayChange)).toEqual({ uid: 1000, gid: 1001 });
    expect(refusal({ uid: 1000 })).toContain("gid must be given beside the other of uid and gid");
    expect(refusal({ gid: 1000 })).toContain("uid must be given beside the other of uid and gid");
  });

  test.each([0, -1, 1.5, "1000", 2 ** 32 - 1, Number.NaN])("are not %j", (uid) => {
    expect(refusal({ uid, gid: 1000 })).toContain("uid must be a whole number from 1 to 4294967294");
  });

  test("are refused where the host may not change them, with the reason", () => {
    expect(refusal({ uid: 1, gid: 1 }, () => "only root may")).toBe(
      "INVALID_OPTION: uid and gid cannot be changed: only root may",
    );
  });
});

test("only root may change them", () => {
  expect(posixIdentityProblem(0)).toBeUndefined();
  expect(posixIdentityProblem(1000)).toBe("only root may, and this host runs as user 1000");
});

test("on Linux the capabilities decide", () => {
  expect(linuxIdentityProblem("Name:\tnode\nCapEff:\t000001ffffffffff\n")).toBeUndefined();
  expect(linuxIdentityProblem("CapEff:\t00000000000000c0\n")).toBeUndefined();
  expect(linuxIdentityProblem("CapEff:\t0000000000000040\n")).toMatch(/lacks CAP_SETUID$/);
  expect(linuxIdentityProblem("CapEff:\t0000000000000000\n")).toMatch(/lacks CAP_SETGID and CAP_SETUID$/);
});

test.runIf(process.getuid?.() === 0)("a process gives up its supplementary groups with its identity", () => {
  const script = "console.log(process.getuid(), process.getgid(), process.getgroups().join())";
  const { stdout } = spawnSync(process.execPath, ["-e", script], {
    cwd: "/",
    uid: 65534,
    gid: 65534,
    encoding: "utf8",
  });
  expect(stdout).toBe("65534 65534 65534\n");
});

describe.runIf(process.platform === "linux")("the command that drops an identity", () => {
  const identity = { uid: 65534, gid: 65533 };

  test("is setpriv, and makes it final where no sandbox does", () => {
    const shared = ["/bin/setpriv", "--reuid=65534", "--regid=65533", "--clear-groups"];
    expect(identityCommand(identity, true, "/bin/setpriv")).toEqual([...shared, "--"]);
    expect(identityCommand(identity, false, "/bin/setpriv")).toEqual([
      ...shared,
      "--no-new-privs",
      "--bounding-set=-all",
      "--inh-caps=-all",
      "--",
    ]);
  });

  test("is missing where setpriv is", () => {
    expect(identityCommand(identity, false, undefined) === undefined).toBe(findProgram("setpriv") === undefined);
  });

  test.runIf(process.getuid?.() === 0 && !isMissing("setpriv (util-linux)", findProgram("setpriv") !== undefined))(
    "leaves nothing of root",
    () => {
      const [program = "", ...args] = identityCommand(identity, false) ?? [];
      const script = `console.log(process.getuid(), process.getgid(), process.getgroups().join(),
      /CapBnd:\\s*0+$/m.test(require("fs").readFileSync("/proc/self/status", "utf8")))`;
      const { stdout } = spawnSync(program, [...args, process.execPath, "-e", script], { cwd: "/", encoding: "utf8" });
      expect(stdout).toBe("65534 65533 65533 true\n");
    },
  );
});
