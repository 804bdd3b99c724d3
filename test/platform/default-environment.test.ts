import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { defaultEnvironment } from "../../src/platform/default-environment.js";
import { posixEnvironment } from "../../src/platform/default-environment.posix.js";
import { windowsEnvironment } from "../../src/platform/default-environment.windows.js";

const wanted = {
  PATH: "/bin",
  HOME: "/root",
  LANG: "C",
  LC_ALL: "C",
  LC_TIME: "C",
  TZ: "UTC",
  TMPDIR: "/t",
  USER: "u",
};
const unwanted = {
  NODE_OPTIONS: "--inspect",
  NODE_EXTRA_CA_CERTS: "/ca.pem",
  AWS_SECRET_ACCESS_KEY: "secret",
  LD_PRELOAD: "x.so",
  XDG_RUNTIME_DIR: "/run/user/0",
  LCX: "no",
  path: "/lower",
};

test("on POSIX the listed variables cross, by their exact names, and no other does", () => {
  expect(posixEnvironment({ ...wanted, ...unwanted, LOGNAME: undefined })).toEqual(wanted);
});

test("on Windows names match in any case and come out in one spelling", () => {
  expect(
    windowsEnvironment({ Path: "C:\\bin", SYSTEMROOT: "C:\\Windows", comspec: "cmd.exe", HOME: "x", ...unwanted }),
  ).toEqual({ PATH: "C:\\bin", SystemRoot: "C:\\Windows", ComSpec: "cmd.exe" });
});

test("by default it is chosen from this process's environment, as a copy", () => {
  const environment = defaultEnvironment();
  expect(environment.PATH).toBe(process.env.PATH);
  environment.PATH = "changed";
  expect(process.env.PATH).not.toBe("changed");
});

test("Node.js starts with it", () => {
  const output = execFileSync(process.execPath, ["-p", "1 + 1"], { env: defaultEnvironment(), encoding: "utf8" });
  expect(output).toBe("2\n");
});
