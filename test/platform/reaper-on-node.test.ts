import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { MARK_VARIABLE } from "../../src/platform/mark-variable.js";
import { newPrivateName } from "../../src/platform/private-name.js";
import { killCgroups } from "../../src/platform/reaper-cgroups.js";
import { isDiscardable } from "../../src/platform/reaper-folders.js";
import { entriesOf, killGroup, killMarked, killProcess } from "../../src/platform/reaper-kills.js";
import { runReaper } from "../../src/platform/reaper-on-node.js";
import { useDirectory } from "./support.js";

const SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"] as const;

let marks = 0;
const newMark = (): string => {
  marks += 1;
  return `reaper-test-${process.pid}-${marks}`;
};

/** A process in a group of its own. */
function useGroup(mark?: string) {
  const env = mark === undefined ? {} : { [MARK_VARIABLE]: mark };
  const child = spawn(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1_000)"], {
    detached: true,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("the process could not be started");
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return { pid, exited, running: once(child.stdout, "data") };
}

/** The reaper, told these lines in pieces of any size. */
async function reap(lines: readonly string[]): Promise<void> {
  const before = SIGNALS.map((signal) => process.listeners(signal));
  const input = new PassThrough();
  const done = runReaper(input);
  const text = lines.map((line) => `${line}\n`).join("");
  for (let at = 0; at < text.length; at += 7) input.write(text.slice(at, at + 7));
  input.end("add 1");
  await done;
  for (const [index, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[index]?.includes(listener)) process.off(signal, listener);
    }
  }
}

describe.runIf(process.platform === "linux")("the reaper on Node.js", () => {
  test("kills, at the end of its input, the groups that were added and not taken back", async () => {
    const [added, takenBack, marked] = [useGroup(), useGroup(), useGroup("m-1")];
    await Promise.all([added, takenBack, marked].map(({ running }) => running));
    await reap([
      `add ${added.pid}`,
      `add ${takenBack.pid}`,
      `del ${takenBack.pid}`,
      "add 0",
      "add 1",
      "add x",
      "no",
      "",
    ]);
    expect(await added.exited).toEqual([null, "SIGKILL"]);
    expect([takenBack, marked].map(({ pid }) => isAlive(pid))).toEqual([true, true]);
  });

  test("kills all that carries the host's mark, and nothing of another's", async () => {
    const [mark, other] = [newMark(), newMark()];
    const [own, foreign] = [useGroup(mark), useGroup(other)];
    await Promise.all([own.running, foreign.running]);
    await reap([`mark ${mark}`]);
    expect(await own.exited).toEqual([null, "SIGKILL"]);
    expect(isAlive(foreign.pid)).toBe(true);
  });

  test("removes the host's directories, of which the names are a host's", async () => {
    const parent = useDirectory();
    const [dir, mem, other] = [newPrivateName(), newPrivateName(), "pi-host-data"].map((name) => join(parent, name));
    for (const path of [dir, mem, other] as string[]) {
      mkdirSync(join(path, "1-1"), { recursive: true });
      writeFileSync(join(path, "1-1", "s"), "");
    }
    await reap([`dir ${dir}`, `mem ${mem}`]);
    await reap([`dir ${other}`]);
    expect(readdirSync(parent)).toEqual(["pi-host-data"]);
  });

  test("removes of a registered folder nothing but the empty folder, and leaves one that was taken back", async () => {
    const parent = useDirectory();
    const [empty, full, back] = ["empty", "full", "back"].map((name) => join(parent, name)) as [string, string, string];
    for (const path of [empty, full, back]) mkdirSync(path);
    writeFileSync(join(full, "report"), "");
    await reap([...[empty, full, back].map((path) => `folder ${path}`), `unfolder ${back}`]);
    expect(readdirSync(parent).sort()).toEqual(["back", "full"]);
  });

  test("discards at once what lies in the host's directory, whatever its permissions, and nothing else", async () => {
    const parent = useDirectory();
    const dir = join(parent, newPrivateName());
    const locked = join(dir, "1-1.0", "locked");
    const outside = join(parent, "data");
    mkdirSync(join(locked, "deeper"), { recursive: true });
    mkdirSync(outside);
    chmodSync(locked, 0);
    const folder = join(parent, "reports");
    mkdirSync(`${folder}.0`);
    const told = [`dir ${dir}`, `discard ${join(dir, "1-1.0")}`, `discard ${outside}`, `discard ${dir}/../data`];
    await reap([...told, `discard ${folder}.0`, `folder ${folder}`, "dir /none"]);
    expect(readdirSync(parent).sort()).toEqual(["data", dir.slice(parent.length + 1), "reports.0"].sort());
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("a path may be discarded", () => {
  const state = {
    groups: new Set<number>(),
    cgroups: new Set<string>(),
    folders: new Set(["/home/a/reports", "/home/a/b.c"]),
    values: new Map([
      ["dir", "/run/pi-host-0"],
      ["mem", ""],
    ]),
  };
  test.each([
    ["/run/pi-host-0/1-1", true],
    ["/run/pi-host-0/1-1/deeper", true],
    ["/home/a/reports.0", true],
    ["/home/a/b.c.17", true],
    ["/run/pi-host-0", false],
    ["/run/pi-host-0/", false],
    ["/run/pi-host-01/x", false],
    ["/run/pi-host-0/../other", false],
    ["/run/pi-host-0/x/..", false],
    ["/home/a/reports", false],
    ["/home/a/reports2", false],
    ["/home/a/other.0", false],
    ["/x", false],
    ["", false],
  ])("%s: %s", (path, may) => {
    expect(isDiscardable(path, state)).toBe(may);
  });
});

describe.runIf(process.platform === "linux")("what the reaper kills", () => {
  test.each([0, 1, -1, 1.5, Number.NaN, 2 ** 30])("is never the group or the process %d", (id) => {
    killGroup(id);
    killProcess(id);
    expect(isAlive(process.pid)).toBe(true);
  });

  test("is a process by its number", async () => {
    const { pid, exited } = useGroup();
    killProcess(pid);
    expect(await exited).toEqual([null, "SIGKILL"]);
  });

  test("is whatever carries the mark, which it tells", async () => {
    const mark = newMark();
    expect(killMarked(mark)).toBe(false);
    const { exited, running } = useGroup(mark);
    await running;
    expect(killMarked(mark)).toBe(true);
    expect(await exited).toEqual([null, "SIGKILL"]);
    expect(killMarked(mark)).toBe(false);
  });

  test("is in control groups of ours alone, and in those below them", async () => {
    const parent = useDirectory();
    const [ours, foreign] = [join(parent, "pi-1-1"), join(parent, "user.slice")] as [string, string];
    const below = join(ours, "below");
    const members = [useGroup(), useGroup(), useGroup()] as const;
    await Promise.all(members.map(({ running }) => running));
    mkdirSync(below, { recursive: true });
    mkdirSync(foreign);
    mkdirSync(join(ours, "plain"));
    for (const [index, path] of [ours, below, foreign].entries()) {
      writeFileSync(join(path, "cgroup.procs"), `0\n${members[index]?.pid}\n`);
    }
    writeFileSync(join(ours, "pids.max"), "max");
    writeFileSync(join(below, "cgroup.kill"), "");
    writeFileSync(join(below, "pids.max"), "max");
    void killCgroups([ours, foreign, join(parent, "pi-2"), "pi-1-1"]);
    expect(await members[0].exited).toEqual([null, "SIGKILL"]);
    expect(await members[1].exited).toEqual([null, "SIGKILL"]);
    expect(isAlive(members[2].pid)).toBe(true);
    const texts = [join(ours, "pids.max"), join(below, "cgroup.kill"), join(below, "pids.max")];
    expect(texts.map((path) => readFileSync(path, "utf8"))).toEqual(["0", "1", "max"]);
    expect(existsSync(join(ours, "plain"))).toBe(true);
  });

  test("is looked for in folders that may be gone", () => {
    expect(entriesOf("/no/such/folder")).toEqual([]);
    expect(entriesOf(join(process.cwd(), "proto")).length).toBeGreaterThan(0);
  });
});
