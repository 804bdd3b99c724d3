import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostDirectories, isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";
import { useOwnRuntime } from "../helpers/use-own-runtime.js";
import { useLiveHost } from "./use-live-host.js";
import { pihost, startPihost, textUntil } from "./use-pihost.js";

useOwnRuntime();

describe("pihost ps", () => {
  test("lists the isolates of every host, without their tokens", async () => {
    const [one, two] = await Promise.all([useLiveHost("worker", "parser"), useLiveHost("store")]);
    const { code, stdout } = await pihost(["ps", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { name: "parser", pid: one.pids.parser, hostPid: one.pid, generation: 1, state: "ready" },
      { name: "store", pid: two.pids.store, hostPid: two.pid },
      { name: "worker", pid: one.pids.worker, hostPid: one.pid, callsInFlight: 0, rssBytes: expect.any(Number) },
    ]);
    expect(stdout).not.toMatch(/[0-9a-f]{64}/);
    const table = (await pihost(["ps"])).stdout.split("\n").map((line) => line.split("\t"));
    expect(table[0]).toEqual(["NAME", "PID", "GENERATION", "HOST", "STATE", "UPTIME", "CALLS", "MEMORY"]);
    expect(table[1]?.slice(0, 5)).toEqual(["parser", String(one.pids.parser), "1", String(one.pid), "ready"]);
  });

  test("prints commands to paste, with the token, only where it is asked for them", async () => {
    const { pids } = await useLiveHost("worker");
    const { code, stdout } = await pihost(["ps", "--commands"]);
    expect(code).toBe(0);
    const [title, ...commands] = stdout.trimEnd().split("\n");
    expect(title).toBe(`# worker (pid ${pids.worker})`);
    expect(commands.map((command) => command.split(" ")[0])).toEqual([
      "grpcurl",
      "grpcurl",
      "grpcurl",
      "buf",
      "buf",
      "buf",
    ]);
    for (const command of commands) expect(command).toMatch(/'authorization: Bearer [0-9a-f]{64}'/);
  });

  test("lists isolates of one name in one host, each until it ends, and wants a pid for one of them", async () => {
    const host = await useLiveHost("twin", "twin");
    const twins = async (): Promise<number[]> => {
      const all = JSON.parse((await pihost(["ps", "--json"])).stdout) as {
        name: string;
        pid: number;
        hostPid: number;
      }[];
      expect(all.every(({ name, hostPid }) => name === "twin" && hostPid === host.pid)).toBe(true);
      return all.map(({ pid }) => pid);
    };
    const both = await twins();
    expect(both).toHaveLength(2);
    const refused = await pihost(["status", "twin"]);
    expect(refused.code).not.toBe(0);
    for (const pid of both) expect(refused.stderr).toContain(`pid ${pid}, host ${host.pid}`);
    const [first, second] = both as [number, number];
    expect((await pihost(["shutdown", String(first)])).code).toBe(0);
    await until(() => !isAlive(first));
    expect(await twins()).toEqual([second]);
  });

  test.each(["{", "null", "{}"])("lists the others of a host where one record is %j", async (text) => {
    const host = await useLiveHost("worker");
    const [record = ""] = hostDirectories()
      .map((directory) => join(directory, "worker.1.live.json"))
      .filter((path) => existsSync(path));
    writeFileSync(join(dirname(record), "broken.2.live.json"), text);
    const { code, stdout } = await pihost(["ps", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ name: "worker", pid: host.pids.worker }]);
  });

  test("finds nothing where nothing is to be found", async () => {
    expect(await pihost(["ps", "--json"])).toMatchObject({ code: 0, stdout: "[]\n" });
  });

  test("shows a run that is discoverable", async () => {
    const child = startPihost(["run", "--discoverable", "--name", "mine", "program.mjs", "work", "--", "60000"]);
    const pid = Number(await textUntil(child.stdout, /\n/));
    expect(JSON.parse((await pihost(["ps", "--json"])).stdout)).toMatchObject([
      { name: "mine", pid, callsInFlight: 1 },
    ]);
    child.kill("SIGKILL");
    await until(() => !isAlive(pid));
  });

  test.skipIf(process.platform === "win32")("shows a frozen process without its figures", async () => {
    const { pids } = await useLiveHost("frozen");
    const pid = pids.frozen as number;
    process.kill(pid, "SIGSTOP");
    const [ps, status] = await Promise.all([pihost(["ps", "--json"]), pihost(["status", "frozen"])]);
    process.kill(pid, "SIGCONT");
    expect(JSON.parse(ps.stdout)).toMatchObject([{ name: "frozen", pid, state: "no answer" }]);
    expect(status.code).toBe(1);
    expect(status.stderr).toContain(`frozen (pid ${pid})`);
  });
});

describe("pihost status", () => {
  test("tells how an isolate is, by name and by pid", async () => {
    const { pid: hostPid, pids } = await useLiveHost("worker");
    const pid = pids.worker as number;
    const byName = await pihost(["status", "worker", "--json"]);
    expect(JSON.parse(byName.stdout)).toMatchObject({
      name: "worker",
      pid,
      hostPid,
      state: "ready",
      uptimeMs: expect.any(Number),
      runtimeVersion: process.version,
    });
    const byPid = await pihost(["status", String(pid)]);
    expect(byPid.code).toBe(0);
    expect(byPid.stdout).toMatch(/^name\tworker$/m);
    expect(byPid.stdout).toMatch(/^calls\t0 running, 0 done, 0 failed$/m);
  });

  test("fails with a hint when there is none of that name", async () => {
    const { code, stderr } = await pihost(["status", "nobody"]);
    expect(code).toBe(1);
    expect(stderr).toContain("discoverable: true");
  });

  test("fails with the pids when there are several", async () => {
    const [one, two] = await Promise.all([useLiveHost("twin"), useLiveHost("twin")]);
    const { code, stderr } = await pihost(["status", "twin"]);
    expect(code).toBe(1);
    for (const { pids } of [one, two]) expect(stderr).toContain(`pid ${pids.twin}`);
  });
});

describe("pihost call", () => {
  test("prints the result as JSON", async () => {
    await useLiveHost("worker");
    expect(await pihost(["call", "worker", "./library.mjs", "add", "[1, 2]"])).toMatchObject({
      code: 0,
      stdout: "3\n",
    });
    expect(await pihost(["call", "worker", "./library.mjs", "nothing"])).toMatchObject({ code: 0, stdout: "null\n" });
  });

  test("puts what the method throws on stderr", async () => {
    await useLiveHost("worker");
    const { code, stdout, stderr } = await pihost(["call", "worker", "./library.mjs", "fail"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^RangeError: no such shelf\n {4}at fail \(.*library\.mjs/);
    expect((await pihost(["call", "worker", "./library.mjs", "fial"])).code).toBe(2);
  });

  test.each(["result", "fail", "failWithText"])("prints no control character of the isolate's: %s", async (method) => {
    await useLiveHost("worker");
    const { stdout, stderr } = await pihost(["call", "worker", "./escapes.mjs", method]);
    expect(stdout + stderr).toMatch(/2J.*2J.*0;mine/);
    expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]/u);
    if (method === "result") expect(JSON.parse(stdout)).toBe("\u001b[2J\u009b2J\u001b]0;mine\u0007\r\u007f");
    if (method === "fail") expect(stderr).toMatch(/^RangeError: one\ntwo /);
  });

  test("says that the process died, which its host restarts", async () => {
    const host = await useLiveHost("worker");
    const { code, stderr } = await pihost(["call", "worker", "./library.mjs", "die"]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `pihost: worker (pid ${host.pids.worker}) was gone before it answered\n`,
    });
    expect(await host.next()).toMatchObject({ exited: "worker", willRestart: true });
    const { pid } = await host.next();
    expect(await pihost(["call", String(pid), "./library.mjs", "add", "[2,2]"])).toMatchObject({ stdout: "4\n" });
  });

  test("gives up after --timeout, and the method hears of it", async () => {
    await useLiveHost("worker");
    const { code, stdout, stderr } = await pihost(["call", "--timeout", "200", "worker", "./library.mjs", "hang"]);
    expect({ code, stdout }).toEqual({ code: 124, stdout: "" });
    expect(stderr).toContain("hang of ./library.mjs did not settle within --timeout (200 ms)");
    await expect.poll(async () => (await pihost(["call", "worker", "./library.mjs", "heard"])).stdout).toBe("true\n");
  });

  test.each([
    ["[1, }", 'unexpected "}" at position 4', "  [1, }\n      ^\n"],
    ["[1, 2", "it ends too early at position 5", "  [1, 2\n       ^\n"],
    ['{"a": 1}', "must be a JSON array", ""],
  ])("refuses %s before it looks for the isolate", async (json, what, shown) => {
    const { code, stderr } = await pihost(["call", "nobody", "x", "y", json]);
    expect(code).toBe(2);
    expect(stderr).toContain(what);
    expect(stderr).toContain(shown);
  });
});

describe("pihost shutdown", () => {
  test("ends the isolate in order, and its host does not restart it", async () => {
    const host = await useLiveHost("worker");
    const pid = host.pids.worker as number;
    const { code, stdout } = await pihost(["shutdown", "worker", "--reason", "a test", "--grace", "1000"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `worker (pid ${pid}) has ended\n` });
    expect(isAlive(pid)).toBe(false);
    expect(await host.next()).toEqual({ exited: "worker", reason: "requested", willRestart: false });
  });
});
