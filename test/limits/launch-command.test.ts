import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { NO_MACHINERY } from "../../src/limits/index.js";
import { type Launch, launchCommand } from "../../src/limits/launch-command.js";

const MACHINERY = { ...NO_MACHINERY, shell: "/bin/sh" };
const NOTHING: Launch = {
  cgroups: [],
  systemdProperties: undefined,
  openFiles: undefined,
  cpuSeconds: undefined,
  affinity: undefined,
};

/** Runs what the command gives, with a program that tells its arguments and environment. */
function run(launch: Partial<Launch>, env: Record<string, string>, args: readonly string[] = []) {
  const tell = "console.log(JSON.stringify({ env: process.env, args: process.argv.slice(1), pid: process.pid }))";
  const program = { execPath: process.execPath, args: ["-e", tell, ...args], env };
  const { command, args: all, env: given } = launchCommand(MACHINERY, { ...NOTHING, ...launch }, program);
  const { stdout, stderr, status, pid } = spawnSync(command, all, { env: given, encoding: "utf8" });
  return { status, stderr, pid, told: stdout === "" ? undefined : JSON.parse(stdout) };
}

describe.skipIf(process.platform === "win32")("through a shell", () => {
  test("the program has the pid that was started, its arguments and exactly its environment", () => {
    const env = {
      PATH: process.env.PATH ?? "",
      PWD: "/not/here",
      SHLVL: "7",
      IFS: "x",
      "npm_config_//host/:_authToken": "a 'quoted' \"$HOME\" `secret`\nof two lines",
      "with.dot": "",
      name: "mine",
      pi_name: "mine too",
      HOME: "/home/x",
    };
    const args = ["--", "a b", "", "$HOME", "*"];
    const { told, pid } = run({ openFiles: 64 }, env, args);
    const { pi_name: _, ...rest } = env;
    expect(told).toEqual({ env: rest, args: args.slice(1), pid });
  });

  test("nothing is added to an empty environment", () => {
    expect(run({ openFiles: 64 }, {}).told.env).toEqual({});
  });

  test("a group that cannot be joined ends the start, and stderr says why", () => {
    const { status, stderr, told } = run({ cgroups: ["/nowhere/group"] }, {});
    expect({ status, told }).toEqual({ status: 125, told: undefined });
    expect(stderr).toContain("/nowhere/group/cgroup.procs");
  });

  test("a resource limit that is tighter already stays", () => {
    const { command, args, env } = launchCommand(
      MACHINERY,
      { ...NOTHING, openFiles: 2 ** 20, cpuSeconds: 500 },
      { execPath: "/bin/sh", args: ["-c", "ulimit -n; ulimit -t"], env: {} },
    );
    const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { stdout } = spawnSync("/bin/sh", ["-c", `ulimit -n 50; ulimit -t 100; ${quoted}`], {
      encoding: "utf8",
      env,
      cwd: "/",
      ...asNobody,
    });
    expect(stdout).toBe("50\n100\n");
  });
});

test("a systemd scope is entered first, and hides how it was found", () => {
  const machinery = { ...MACHINERY, cgroups: { ...MACHINERY.cgroups, systemd: ["systemd-run", "--scope"] } };
  const launch = { ...NOTHING, cgroups: ["/x.scope"], systemdProperties: ["--unit=x.scope"], affinity: "0" };
  const { command, args } = launchCommand(machinery, launch, { execPath: "node", args: [], env: {} });
  expect([command, ...args.slice(0, 4)]).toEqual(["systemd-run", "--scope", "--unit=x.scope", "--", "/bin/sh"]);
  expect(args.slice(6).join(" ")).toBe(
    "sh unset XDG_RUNTIME_DIR unset DBUS_SESSION_BUS_ADDRESS unset INVOCATION_ID unset PWD unset OLDPWD unset SHLVL unset _ -- taskset -c 0 node",
  );
});
