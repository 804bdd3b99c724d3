import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Reaper } from "../../src/platform/host-reaper.js";
import { createPosixReaper } from "../../src/platform/host-reaper.posix.js";
import { createWindowsReaper } from "../../src/platform/host-reaper.windows.js";
import { isAlive, processState } from "../../src/platform/process-state.js";
import { REAPER_SCRIPT } from "../../src/platform/reaper-script.js";
import { waitForExit } from "../../src/platform/wait-for-exit.js";
import { pihostEntry } from "../setup/built-pihost-entry.js";
import { CGROUP_PARENTS, fixture, killIfAlive, until, useCgroup, useDirectory, useProcess } from "./support.js";

interface Report {
  directory: string;
  /** Absent where the host had no reaper yet when it reported. */
  reaper?: number;
  pids: number[];
}

/** Starts a host and resolves with its report; whatever it started ends with the test at the latest. */
async function useHost(
  ending: string,
  ...kinds: string[]
): Promise<{ host: ReturnType<typeof spawn>; report: Report }> {
  const host = spawn(process.execPath, ["--import", "tsx", fixture("host.mjs"), ending, ...kinds], {
    detached: true,
    stdio: ["ignore", "pipe", ending === "throw" ? "ignore" : "inherit"],
  });
  onTestFinished(() => void host.kill("SIGKILL"));
  const [line] = await once(createInterface({ input: host.stdout }), "line");
  const report: Report = JSON.parse(line);
  onTestFinished(() => report.pids.forEach(killIfAlive));
  return { host, report };
}

async function expectNothingLeft({ directory, reaper, pids }: Report): Promise<void> {
  const gone = reaper === undefined ? pids : [...pids, reaper];
  expect(await waitForExit(gone, 5_000)).toEqual([]);
  await until(() => !existsSync(directory));
}

describe("when the host", () => {
  test("is killed, its idle, busy, stopped and parental children and its directory go", async () => {
    const { host, report } = await useHost("wait", "idle", "busy", "stopped", "parent");
    expect(report.pids).toHaveLength(5);
    expect(report.pids.every(isAlive)).toBe(true);
    await until(() => report.pids.some((pid) => processState(pid) === "stopped"));
    host.kill("SIGKILL");
    await expectNothingLeft(report);
  });

  test("is killed with its whole process group, the reaper is no member of it", async () => {
    const { host, report } = await useHost("wait", "idle");
    process.kill(-(host.pid as number), "SIGKILL");
    await expectNothingLeft(report);
  });

  test("is killed in the instruction after add, the child goes", async () => {
    const { report } = await useHost("add-and-die");
    await expectNothingLeft(report);
  });

  test.each(["exit", "throw", "end"])(
    "ends by itself (%s), the same goes, and the reaper does not hold it",
    async (ending) => {
      const { host, report } = await useHost(ending, "parent");
      if (host.exitCode === null) await once(host, "exit");
      expect(host.exitCode).toBe(ending === "throw" ? 1 : 0);
      await expectNothingLeft(report);
    },
  );

  test.runIf(CGROUP_PARENTS.length > 0)("is killed, what hides in a control group goes with it", async () => {
    const group = useCgroup(CGROUP_PARENTS[0] as string);
    const { host, report } = await useHost("wait", `hidden:${group}`);
    host.kill("SIGKILL");
    await expectNothingLeft(report);
    await until(() => !existsSync(group));
  });

  test("is killed after its reaper was, another one has taken over", async () => {
    const { host, report } = await useHost("lose-reaper", "idle", "parent");
    expect(report.pids.every(isAlive)).toBe(true);
    host.kill("SIGKILL");
    await expectNothingLeft(report);
  });
});

describe("the reaper in this process", () => {
  /** A reaper of its own, without any group left when the test ends. */
  function useReaper(shell?: string): { reaper: Reaper; group: number } {
    const directory = join(useDirectory(), "pi-host-abcdefabcdef");
    const reaper = createPosixReaper({ directory: () => directory }, shell);
    const group = useProcess("sleep", ["1000"]).pid;
    onTestFinished(() => {
      reaper.remove(group);
      if (reaper.pid !== undefined) killIfAlive(reaper.pid);
    });
    return { reaper, group };
  }

  test("starts at the first add, and one is enough", () => {
    const { reaper, group } = useReaper();
    expect(reaper).toMatchObject({ available: true, pid: undefined });
    reaper.add(group);
    const { pid } = reaper;
    expect(pid).toBeGreaterThan(1);
    reaper.add(group);
    expect(reaper.pid).toBe(pid);
  });

  test("can be started before there is anything to protect, and knows the directories then", async () => {
    const directory = join(useDirectory(), "pi-host-abcdefabcdef");
    const host = spawn(process.execPath, ["--import", "tsx", fixture("prepare-and-die.mjs"), directory]);
    await once(host, "exit");
    expect(host.signalCode).toBe("SIGKILL");
    await until(() => !existsSync(directory));
  });

  test("outlives the signals that a terminal or a service manager sends to all", async () => {
    const { reaper, group } = useReaper();
    reaper.add(group);
    const pid = reaper.pid as number;
    await until(() => processState(pid) === "sleeping");
    for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) process.kill(pid, signal);
    expect(await waitForExit([pid], 50)).toEqual([pid]);
  });

  test("survives writes to a broken pipe, and is replaced", async () => {
    const { reaper, group } = useReaper();
    reaper.add(group);
    const first = reaper.pid as number;
    process.kill(first, "SIGKILL");
    await waitForExit([first], 5_000);
    for (let count = 0; count < 100; count++) reaper.add(group);
    await until(() => reaper.pid !== undefined && reaper.pid !== first);
    expect(reaper.available).toBe(true);
  });

  test("is not replaced when it has nothing to protect", async () => {
    const { reaper, group } = useReaper();
    reaper.add(group);
    reaper.remove(group);
    process.kill(reaper.pid as number, "SIGKILL");
    await until(() => reaper.pid === undefined);
    expect(reaper.available).toBe(true);
  });

  test("goes with the last who holds it, and with it the host's directories; whoever comes next starts another", async () => {
    const left: string[] = [];
    const reaper = createPosixReaper({
      directory: () => "/nowhere/pi-host-abcdefabcdef",
      leave: () => left.push("left"),
    });
    const free = [reaper.hold("isolator"), reaper.hold("process")];
    reaper.prepare();
    const first = reaper.pid as number;
    free[0]?.();
    free[0]?.();
    expect(reaper.pid).toBe(first);
    const over = reaper.over();
    free[1]?.();
    const next = reaper.hold("process");
    reaper.prepare();
    expect(reaper.pid).not.toBe(first);
    expect(left).toEqual(["left"]);
    next();
    await over;
    expect(isAlive(first)).toBe(false);
    expect(reaper).toMatchObject({ pid: undefined, available: true });
  });

  test("is not waited for where another isolator holds it, also one that comes meanwhile", async () => {
    const reaper = createPosixReaper({ directory: () => "/nowhere/pi-host-abcdefabcdef" });
    const free = reaper.hold("process");
    const over = reaper.over();
    const other = reaper.hold("isolator");
    await over;
    await reaper.over();
    free();
    other();
  });

  test("stays as long as something is registered, though nobody holds it", async () => {
    const { reaper, group } = useReaper();
    const free = reaper.hold("process");
    reaper.add(group);
    const { pid } = reaper;
    free();
    expect(reaper.pid).toBe(pid);
  });

  test("may be needed and not be needed often in a second", () => {
    const reaper = createPosixReaper({ directory: () => "/nowhere/pi-host-abcdefabcdef" });
    for (let count = 0; count < 20; count++) {
      const free = reaper.hold("process");
      reaper.prepare();
      expect(reaper).toMatchObject({ available: true, pid: expect.any(Number) });
      free();
    }
    return reaper.over();
  });

  test("runs on a Node.js where there is no shell", async () => {
    const onNode = { execPath: process.execPath, script: join(dirname(pihostEntry()), "reaper.cjs") };
    const reaper = createPosixReaper({ directory: () => "/nowhere/pi-host-abcdefabcdef" }, "/nonexistent/sh");
    const free = reaper.hold("process");
    reaper.prepare(onNode);
    expect(reaper).toMatchObject({ available: true, pid: expect.any(Number) });
    free();
    await reaper.over();
    expect(reaper.pid).toBeUndefined();
  });

  test("is given up when it does not stay alive", async () => {
    const { reaper, group } = useReaper("/bin/false");
    reaper.add(group);
    await until(() => !reaper.available);
    expect(reaper.pid).toBeUndefined();
  });

  test("is not available where there is neither a shell nor a Node.js", () => {
    const { reaper, group } = useReaper("/nonexistent/sh");
    reaper.add(group);
    expect(reaper).toMatchObject({ available: false, pid: undefined });
    reaper.remove(group);
  });

  test.each([0, 1, -5, 1.5, Number.NaN, process.pid])("refuses the group %d", (pgid) => {
    expect(() => createPosixReaper({ directory: () => "" }).add(pgid)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });

  test.each(["", "pi-1-2-3-4", "/sys/fs/cgroup", "/sys/fs/cgroup/pids/", "/sys/fs/cgroup/pi-x", "/a\n/pi-1"])(
    "refuses the control group %j",
    (path) => {
      expect(() => createPosixReaper({ directory: () => "" }).addCgroup(path)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    },
  );

  test("on Windows does nothing, as the job object does it", () => {
    const reaper = createWindowsReaper();
    reaper.add(1234);
    reaper.remove(1234);
    reaper.addCgroup("anything");
    reaper.prepare();
    reaper.removeCgroup("anything");
    expect(reaper).toMatchObject({ available: true, pid: undefined });
  });
});

const shells = ["/bin/sh", "/bin/dash", "/bin/bash"].filter(existsSync);

/** The same in each: the script in a shell, and what runs where there is none. */
const PROGRAMS: readonly (readonly [name: string, command: readonly string[]])[] = [
  ...shells.map((shell) => [shell, [shell, "-c", REAPER_SCRIPT]] as const),
  ["Node.js", [process.execPath, join(dirname(pihostEntry()), "reaper.cjs")]],
];

describe.each(PROGRAMS)("the reaper in %s", (_, [program = "", ...args]) => {
  async function run(lines: readonly string[]): Promise<void> {
    const child = spawn(program, args, { stdio: ["pipe", "ignore", "inherit"] });
    child.stdin.end(lines.map((line) => `${line}\n`).join(""));
    await once(child, "exit");
  }

  test("kills the groups that were added and not deleted, however often they were added", async () => {
    const groups = [1, 2, 3, 4].map(() => useProcess("sleep", ["1000"]).pid);
    const [first, second, third, fourth] = groups as [number, number, number, number];
    await run([...[...groups, first].map((pgid) => `add ${pgid}`), `del ${first}`, `del ${third}`, "del 99999999"]);
    expect(await waitForExit([second, fourth], 5_000)).toEqual([]);
    expect([first, third].every(isAlive)).toBe(true);
  });

  test("removes the host's directory and no other path", async () => {
    const parent = join(useDirectory(), "a  b\\c $HOME `x`");
    for (const name of ["pi-host-abcdefabcdef", "pi-host-0123456789ab", "keep", "pi-host-0123456789abc"])
      mkdirSync(join(parent, name), { recursive: true });
    await run([`dir ${parent}/pi-host-0123456789ab`, `dir ${parent}/pi-host-abcdefabcdef`]);
    await run([`dir ${parent}/keep`]);
    await run([`dir ${parent}/pi-host-0123456789abc`]);
    await run(["dir "]);
    await run([]);
    expect(readdirSync(parent).sort()).toEqual(["keep", "pi-host-0123456789ab", "pi-host-0123456789abc"]);
  });

  test("removes the host's directory in shared memory", async () => {
    const parent = useDirectory();
    for (const name of ["pi-host-abcdefabcdef", "pi-host-0123456789ab"]) mkdirSync(join(parent, name));
    await run([`dir ${parent}/pi-host-abcdefabcdef`, `mem ${parent}/pi-host-0123456789ab`]);
    expect(readdirSync(parent)).toEqual([]);
  });

  test("removes what is discarded in the host's directories and next to its folders, and nothing else", async () => {
    const parent = join(useDirectory(), "a  b\\c $HOME `x`");
    const [sockets, memory] = [join(parent, "pi-host-abcdefabcdef"), join(parent, "pi-host-0123456789ab")];
    const paths = ["1-1.0/below", "1-2/below"].flatMap((name) => [join(sockets, name), join(memory, name)]);
    for (const path of [...paths, join(parent, "own.0/x"), join(parent, "other.0/x"), join(parent, "own")])
      mkdirSync(path, { recursive: true });
    const discarded = [join(sockets, "1-1.0"), join(memory, "1-1.0"), join(parent, "own.0")];
    const refused = [join(parent, "other.0"), `${sockets}/../other.0`, parent, "/", "", sockets];
    const script = spawn(program, args, { stdio: ["pipe", "ignore", "ignore"] });
    onTestFinished(() => void script.kill("SIGKILL"));
    const lines = [
      `discard ${join(sockets, "1-2")}`,
      `dir ${sockets}`,
      `mem ${memory}`,
      `folder ${join(parent, "own")}`,
    ];
    script.stdin.write(`${[...lines, ...[...refused, ...discarded].map((path) => `discard ${path}`), ""].join("\n")}`);
    // While the host lives.
    await until(() => !discarded.some(existsSync));
    expect(readdirSync(parent).sort()).toEqual(
      [sockets, memory]
        .map((path) => basename(path))
        .concat("other.0", "own")
        .sort(),
    );
    expect(readdirSync(sockets)).toEqual(["1-2"]);
    script.stdin.end();
    await once(script, "exit");
    expect(readdirSync(parent)).toEqual(["other.0"]);
  });

  test("removes folders that are empty when the host is gone, and no others", async () => {
    const parent = join(useDirectory(), "a  b\\c $HOME `x`");
    for (const name of ["empty", "full/report", "forgotten"]) mkdirSync(join(parent, name), { recursive: true });
    const folders = ["empty", "full", "forgotten"].map((name) => `folder ${join(parent, name)}`);
    await run([...folders, `unfolder ${join(parent, "forgotten")}`, "folder "]);
    expect(readdirSync(parent).sort()).toEqual(["forgotten", "full"]);
  });

  test.each(CGROUP_PARENTS)("kills what is in control groups in %s, and removes them", async (parent) => {
    const [own, forgotten] = [useCgroup(parent), useCgroup(parent)];
    const below = join(own, "below");
    mkdirSync(below);
    // They leave their session, their parents and the mark: nothing else leads to them.
    const [first, second, third] = [own, below, forgotten].map((group) => {
      const { pid } = useProcess("sleep", ["1000"]);
      writeFileSync(join(group, "cgroup.procs"), String(pid));
      return pid;
    }) as [number, number, number];
    await run([`cgroup ${own}`, `cgroup ${forgotten}`, `cgroup ${own}`, `uncgroup ${forgotten}`]);
    expect(await waitForExit([first, second], 5_000)).toEqual([]);
    expect(existsSync(own)).toBe(false);
    expect(isAlive(third)).toBe(true);
  });

  test("kills nothing by a path that is no control group of ours", async () => {
    const parent = useDirectory();
    const { pid } = useProcess("sleep", ["1000"]);
    for (const name of ["keep", "pi-x", "pi-1"]) mkdirSync(join(parent, name));
    for (const name of ["keep", "pi-x"]) writeFileSync(join(parent, name, "cgroup.procs"), `${pid}\n`);
    await run([`cgroup ${parent}/keep`, `cgroup ${parent}/pi-x`, `cgroup ${parent}/pi-1`, "cgroup ", "cgroup /"]);
    expect(isAlive(pid)).toBe(true);
    expect(readdirSync(parent).sort()).toEqual(["keep", "pi-1", "pi-x"]);
  });
});
