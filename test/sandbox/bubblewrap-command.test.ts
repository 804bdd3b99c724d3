import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { Duplex, Readable } from "node:stream";
import { json, text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { bubblewrapCommand, type SandboxedCommand } from "../../src/sandbox/bubblewrap-command.js";
import { decodeBubblewrapExit } from "../../src/sandbox/bubblewrap-exit.js";
import { resolveSandbox } from "../../src/sandbox/sandbox-options.js";
import { pidOutside } from "../../src/sandbox/sandboxed-pid.linux.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { noBubblewrap } from "./bubblewrap.js";

const PRELUDE = `
  const fs = require("node:fs");
  const attempt = (act) => { try { const result = act(); return result === undefined ? "ok" : result; } catch (error) { return error.code; } };
  const print = (value) => fs.writeSync(1, JSON.stringify(value));`;

/** Starts Node in a sandbox; it ends with the test. */
function start(script: string, options: object = {}, command: Partial<SandboxedCommand> = {}): ChildProcess {
  const sandbox = resolveSandbox({ read: [], ...options }, "/");
  const [program = "", ...args] = bubblewrapCommand(sandbox, {
    command: [process.execPath, "-e", `${PRELUDE}\n${script}`],
    cwd: "/",
    env: {},
    ...{ read: [], memory: [], hidden: [] },
    ...command,
  });
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"], env: {}, detached: true });
  child.stderr?.pipe(process.stderr);
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** What it prints, as JSON. */
const run = (...given: Parameters<typeof start>): Promise<unknown> => json(start(...given).stdout as Readable);

/** What the expression is inside. */
const evaluate = (expression: string, ...more: [object?, Partial<SandboxedCommand>?]): Promise<unknown> =>
  run(`print(${expression})`, ...more);

const quoted = (path: string): string => JSON.stringify(path);

describe.skipIf(noBubblewrap)("a process in a sandbox", () => {
  test("sees the system, itself, and nothing else of the machine", async () => {
    const folder = useDirectory();
    const seen = await evaluate(`{
      root: fs.readdirSync("/").filter((name) => !/^(bin|sbin|lib.*)$/.test(name)),
      pids: fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name)),
      pid: process.pid,
      folder: attempt(() => fs.readdirSync(${quoted(folder)})),
      shadow: attempt(() => fs.readFileSync("/etc/shadow")),
      temporary: fs.readdirSync("/tmp"),
      hostname: require("node:os").hostname(),
      sh: require("node:child_process").spawnSync("sh", ["-c", "echo runs"], { encoding: "utf8" }).stdout,
    }`);
    expect(seen).toMatchObject({
      pids: ["1", "2"],
      pid: 2,
      folder: "ENOENT",
      shadow: "ENOENT",
      temporary: [],
      hostname: "isolate",
      sh: "runs\n",
    });
    expect((seen as { root: string[] }).root).toEqual(expect.arrayContaining(["dev", "etc", "proc", "tmp", "usr"]));
    expect((seen as { root: string[] }).root).not.toEqual(expect.arrayContaining(["home"]));
  });

  test("reads and writes what it was given, at the same paths", async () => {
    const folder = useDirectory();
    mkdirSync(join(folder, "data/out"), { recursive: true });
    writeFileSync(join(folder, "data/file"), "contents");
    const outcomes = await evaluate(
      `[attempt(() => fs.readFileSync(${quoted(join(folder, "data/file"))}, "utf8")),
        attempt(() => fs.writeFileSync(${quoted(join(folder, "data/file"))}, "")),
        attempt(() => fs.writeFileSync(${quoted(join(folder, "data/out/new"))}, "written")),
        attempt(() => fs.writeFileSync("/new", "")), attempt(() => fs.writeFileSync("/usr/new", "")),
        attempt(() => fs.writeFileSync("/tmp/new", ""))]`,
      { read: [join(folder, "data")], write: [join(folder, "data/out")] },
    );
    expect(outcomes).toEqual(["contents", "EROFS", "ok", "EROFS", "EROFS", "ok"]);
    expect(readFileSync(join(folder, "data/out/new"), "utf8")).toBe("written");
  });

  test("can fill neither /tmp nor /dev/shm above tmpSize, nor write anywhere else in memory", async () => {
    const fill = (path: string): string =>
      `attempt(() => fs.writeFileSync(${quoted(path)}, Buffer.alloc(3 * 2 ** 20)))`;
    const outcomes = await evaluate(
      `[${fill("/tmp/a")}, fs.statSync("/tmp/a").size <= 2 ** 21, ${fill("/dev/shm/a")}, ${fill("/dev/a")}, ${fill("/etc/a")},
        attempt(() => fs.writeFileSync("/dev/null", "x"))]`,
      { tmpSize: "2MiB" },
    );
    expect(outcomes).toEqual(["ENOSPC", true, "ENOSPC", "EROFS", "EROFS", "ok"]);
  });

  test("cannot leave by a link", async () => {
    const folder = useDirectory();
    mkdirSync(join(folder, "open"));
    writeFileSync(join(folder, "secret"), "secret");
    symlinkSync("../secret", join(folder, "open/link"));
    const read = `attempt(() => fs.readFileSync(${quoted(join(folder, "open/link"))}))`;
    expect(await evaluate(read, { read: [join(folder, "open")] })).toBe("ENOENT");
  });

  test("does not see what is hidden, though a path that it was given holds it", async () => {
    const folder = useDirectory();
    for (const name of ["1-1", "2-1"]) mkdirSync(join(folder, "host", name), { recursive: true });
    const list = `[fs.readdirSync(${quoted(folder)}), fs.readdirSync(${quoted(join(folder, "host"))}),
      attempt(() => fs.writeFileSync(${quoted(join(folder, "host/2-1/own"))}, "")),
      attempt(() => fs.writeFileSync(${quoted(join(folder, "host/planted"))}, ""))]`;
    const command = { hidden: [join(folder, "host")], read: [join(folder, "host/2-1")] };
    expect(await evaluate(list, { read: [folder] }, command)).toEqual([["host"], ["2-1"], "EROFS", "EROFS"]);
  });

  test("has a network of its own, with nobody in it, unless told otherwise", async () => {
    const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const dial = `require("node:net").connect(${port}, "127.0.0.1")
      .on("error", (error) => print(error.code)).on("connect", function () { print("connected"); this.destroy(); });`;
    expect(await run(dial)).toBe("ECONNREFUSED");
    expect(await run(dial, { network: true })).toBe("connected");
  });

  test("holds no capabilities and can make no further namespaces", async () => {
    const [capabilities, unshare] = (await evaluate(
      `[/CapEff:\\s*(\\w+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1],
        require("node:child_process").spawnSync("unshare", ["--user", "true"]).status]`,
    )) as [string, number];
    expect(Number.parseInt(capabilities, 16)).toBe(0);
    if (resolveSandbox({ read: [] }, "/").forbidsNesting) expect(unshare).not.toBe(0);
  });

  test("keeps descriptors 3 and 4, which end with it", async () => {
    const child = start('fs.writeSync(3, "three"); fs.writeSync(4, "four");');
    const [, , , three, four] = child.stdio as unknown as Duplex[];
    expect(await Promise.all([text(three as Duplex), text(four as Duplex)])).toEqual(["three", "four"]);
  });

  test("gets no other descriptors", async () => {
    const list = ["-c", "ls /proc/self/fd"] as const;
    const child = start("", {}, { command: ["/bin/sh", ...list] });
    const stdio = ["ignore", "pipe", "pipe", "pipe", "pipe"] as const;
    const without = spawn("/bin/sh", list, { stdio: [...stdio] });
    const [inside, outside] = await Promise.all([child, without].map(({ stdout }) => text(stdout as Readable)));
    expect(inside).toBe(outside);
  });

  test.each([
    ["process.exit(7)", { code: 7, signal: null }],
    ["process.abort()", { code: null, signal: "SIGABRT" }],
    ['process.kill(process.pid, "SIGKILL")', { code: null, signal: "SIGKILL" }],
    ['process.kill(process.pid, "SIGSEGV")', { code: null, signal: "SIGSEGV" }],
  ])("ends by %s as it would without", async (script, expected) => {
    const child = start(script);
    child.stderr?.unpipe();
    const [code, signal] = await once(child, "exit");
    expect(decodeBubblewrapExit({ code, signal })).toEqual(expected);
  });

  test("can be found from outside, and gets signals there", async () => {
    const child = start(
      'process.on("SIGTERM", () => process.exit(9)); print("listening"); setInterval(() => {}, 1000);',
    );
    await once(child.stdout as Readable, "data");
    const pid = pidOutside(child.pid as number) as number;
    expect(readFileSync(`/proc/${pid}/comm`, "utf8")).toMatch(/^node|^MainThread/);
    process.kill(pid, "SIGTERM");
    expect(await once(child, "exit")).toEqual([9, null]);
    expect(pidOutside(child.pid as number)).toBeUndefined();
  });

  test("goes with all that it started when bwrap is killed, sessions of their own included", async () => {
    const child = start(`
      const { pid } = require("node:child_process").spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
      print(pid); setInterval(() => {}, 1000);`);
    const inside = Number(await once(child.stdout as Readable, "data"));
    const outside = pidOutside(child.pid as number, inside) as number;
    expect(readFileSync(`/proc/${outside}/comm`, "utf8")).toBe("sleep\n");
    child.kill("SIGKILL");
    await until(() => pidOutside(child.pid as number, inside) === undefined && !isThere(outside));
  });

  test("starts in its working directory where it sees that, else in the root", async () => {
    const folder = useDirectory();
    expect(await evaluate("process.cwd()", { read: [folder] }, { cwd: folder })).toBe(folder);
    expect(await evaluate("process.cwd()", {}, { cwd: folder })).toBe("/");
  });

  test("takes a whole root, and still has processes and devices of its own", async () => {
    const folder = useDirectory();
    const seen = `[fs.existsSync(${quoted(folder)}), fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).length,
      attempt(() => fs.writeFileSync(${quoted(join(folder, "new"))}, "")), fs.existsSync("/dev/null")]`;
    expect(await evaluate(seen, { read: ["/", folder] })).toEqual([true, 2, "EROFS", true]);
  });

  test("reaches a socket in a folder that it was given, and can make one there", async () => {
    const folder = useDirectory();
    const path = join(folder, "s.sock");
    const child = start(
      `require("node:net").createServer((socket) => socket.end("served")).listen(${quoted(path)}, () => print("listening"));`,
      { write: [folder] },
    );
    await once(child.stdout as Readable, "data");
    expect(await text(connect(path))).toBe("served");
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
