import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { claimDirectory } from "../../src/platform/claim-directory.js";
import { createPrivateDirectory } from "../../src/platform/host-directory.posix.js";
import { holdLock } from "../../src/platform/host-lock.js";
import { newPrivateName } from "../../src/platform/private-name.js";
import { sweepDeadHosts } from "../../src/platform/sweep-dead-hosts.js";
import { firstOutput, fixture, until, useDirectory, useProcess } from "./support.js";
import { noUnshare, UNSHARE } from "./unshare.js";

const MARKER = "process-isolation.json";

interface Host {
  readonly process: ChildProcess & { pid: number };
  readonly path: string;
}

async function useHost(parent: string): Promise<Host> {
  const child = useProcess(process.execPath, ["--import", "tsx", fixture("claim.mjs"), parent]);
  return { process: child, path: await firstOutput(child) };
}

/** The directory of a host that was killed. */
async function useDeadHost(parent: string): Promise<string> {
  const { process: child, path } = await useHost(parent);
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  return path;
}

function changeMarker(path: string, change: object): void {
  const file = join(path, MARKER);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...change }));
}

describe.skipIf(process.platform === "win32")("the sweep", () => {
  test("removes the directory of a host that is dead with all it holds, and leaves that of one that lives", async () => {
    const parent = useDirectory();
    const [live, dead] = await Promise.all([useHost(parent), useDeadHost(parent)]);
    expect(existsSync(dead)).toBe(true);
    await Promise.all([sweepDeadHosts([parent], []), sweepDeadHosts([parent, parent, "/no/such/folder"], [])]);
    await until(() => readdirSync(parent).length === 1);
    expect(readdirSync(parent)).toEqual([basename(live.path)]);
    expect(readdirSync(live.path).sort()).toEqual(["1-1", "lock", MARKER]);
  });

  test("goes on with what a sweep that was cut short has left under another name", async () => {
    const parent = useDirectory();
    renameSync(await useDeadHost(parent), join(parent, newPrivateName()));
    await sweepDeadHosts([parent], []);
    expect(readdirSync(parent)).toEqual([]);
  });

  test("asks the lock alone where the host's process cannot be seen", async () => {
    const parent = useDirectory();
    const [{ path }, dead] = await Promise.all([useHost(parent), useDeadHost(parent)]);
    for (const each of [path, dead]) changeMarker(each, { pidNamespace: "pid:[1]" });
    await sweepDeadHosts([parent], []);
    expect(readdirSync(parent)).toEqual([basename(path)]);
  });

  test("never takes a directory of its own host", async () => {
    const parent = useDirectory();
    const own = await useDeadHost(parent);
    await sweepDeadHosts([parent], [own]);
    expect(existsSync(own)).toBe(true);
  });

  test.each<[string, (path: string, parent: string) => void]>([
    ["without a marker", (path) => unlinkSync(join(path, MARKER))],
    ["without a lock", (path) => unlinkSync(join(path, "lock"))],
    ["whose marker is half written", (path) => writeFileSync(join(path, MARKER), '{"product":')],
    ["whose marker is of another product", (path) => changeMarker(path, { product: "other" })],
    ["whose marker has another format", (path) => changeMarker(path, { format: 2 })],
    ["whose marker has a kind that is not known", (path) => changeMarker(path, { kind: "backup" })],
    ["of another machine, or of before the last start of this one", (path) => changeMarker(path, { machine: "x" })],
    ["of a machine that is not known", (path) => changeMarker(path, { machine: "" })],
    ["whose file system is mounted anew", (path) => changeMarker(path, { directory: { device: "1", inode: "1" } })],
    ["with another lock than its host's", (path) => changeMarker(path, { lock: { device: "1", inode: "1" } })],
    ["whose host is seen to live", (path) => changeMarker(path, { pid: process.pid, startTime: "" })],
    [
      "whose marker is a link",
      (path, parent) => {
        renameSync(join(path, MARKER), join(parent, "marker"));
        symlinkSync(join(parent, "marker"), join(path, MARKER));
      },
    ],
    [
      "whose lock is a link",
      (path, parent) => {
        renameSync(join(path, "lock"), join(parent, "lock"));
        symlinkSync(join(parent, "lock"), join(path, "lock"));
      },
    ],
    [
      "whose lock is a file",
      (path) => {
        unlinkSync(join(path, "lock"));
        writeFileSync(join(path, "lock"), "");
      },
    ],
    ["that others may enter", (path) => chmodSync(path, 0o755)],
    ["with a folder where the marker should be", (path) => replaceByDirectory(join(path, MARKER))],
  ])("leaves a directory alone %s", async (_, change) => {
    const parent = useDirectory();
    const path = await useDeadHost(parent);
    change(path, parent);
    const before = readdirSync(parent, { recursive: true }).sort();
    await sweepDeadHosts([parent], []);
    expect(readdirSync(parent, { recursive: true }).sort()).toEqual(before);
  });

  test("leaves alone what only resembles a host's directory, by name or as a copy of one", async () => {
    const [parent, elsewhere] = [useDirectory(), useDirectory()];
    const dead = await useDeadHost(elsewhere);
    const names = [
      "pi-my-thesis",
      "pi-abcdef",
      "pi-host-",
      "pi-host-0123456789AB",
      "pi-host-0123456789abc",
      "pi-1-1-1",
    ];
    for (const name of names)
      cpSync(dead, join(parent, name), { recursive: true, filter: (file) => !/lock$/.test(file) });
    for (const name of names) linkSync(join(dead, "lock"), join(parent, name, "lock"));
    const copy = join(parent, newPrivateName());
    cpSync(dead, copy, { recursive: true, filter: (file) => !/lock$/.test(file) });
    linkSync(join(dead, "lock"), join(copy, "lock"));
    const link = join(parent, newPrivateName());
    symlinkSync(dead, link);
    for (const path of readdirSync(parent)) if (path !== basename(link)) chmodSync(join(parent, path), 0o700);
    await sweepDeadHosts([parent], []);
    expect(readdirSync(parent).sort()).toEqual([...names, basename(copy), basename(link)].sort());
    expect(readdirSync(dead).sort()).toEqual(["1-1", "lock", MARKER]);
  });

  test.runIf(process.geteuid?.() === 0)("leaves alone what belongs to another user, or whose marker does", async () => {
    const parent = useDirectory();
    const [directory, marker] = await Promise.all([useDeadHost(parent), useDeadHost(parent)]);
    chownSync(directory, 65534, 65534);
    chownSync(join(marker, MARKER), 65534, 65534);
    await sweepDeadHosts([parent], []);
    expect(readdirSync(parent).sort()).toEqual([directory, marker].map((path) => basename(path)).sort());
  });

  test("leaves alone what a host is just making, at each step", async () => {
    const parent = useDirectory();
    const made = createPrivateDirectory(parent);
    await sweepDeadHosts([parent], []);
    expect(existsSync(made)).toBe(true);
    expect(holdLock(made)).toBe(true);
    await sweepDeadHosts([parent], []);
    writeFileSync(join(made, `${MARKER}.new`), "{");
    await sweepDeadHosts([parent], []);
    expect(readdirSync(made).sort()).toEqual(["lock", `${MARKER}.new`]);
  });

  test("does not mark a directory whose lock cannot be taken", async () => {
    const parent = useDirectory();
    const path = createPrivateDirectory(parent);
    writeFileSync(join(path, "lock"), "");
    expect(claimDirectory(path, "sockets", path)).toBe(false);
    expect(readdirSync(path)).toEqual(["lock"]);
    await sweepDeadHosts([parent], []);
    expect(existsSync(path)).toBe(true);
  });

  test.skipIf(noUnshare)("sees from other namespaces who lives and who does not", async () => {
    const parent = useDirectory();
    const [live, dead] = await Promise.all([useHost(parent), useDeadHost(parent)]);
    const [program, ...args] = UNSHARE;
    const sweeping = spawn(program, [...args, process.execPath, "--import", "tsx", fixture("sweep.mjs"), parent], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    expect(await once(sweeping, "exit")).toEqual([0, null]);
    expect(existsSync(dead)).toBe(false);
    expect(readdirSync(live.path).sort()).toEqual(["1-1", "lock", MARKER]);
  });
});

test.skipIf(process.platform === "win32")(
  "the first isolate of a host removes no directory of its user's",
  async () => {
    const [runtime, temporary] = [useDirectory(), useDirectory()];
    const dead = await useDeadHost(temporary);
    const thesis = join(runtime, "pi-my-thesis");
    mkdirSync(thesis, { mode: 0o700 });
    writeFileSync(join(thesis, "chapter1.txt"), "years of work");
    linkSync(join(dead, "lock"), join(thesis, "lock"));
    chmodSync(runtime, 0o700);
    const host = spawn(process.execPath, [fixture("sweeping-host.mjs")], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, XDG_RUNTIME_DIR: runtime, TMPDIR: temporary },
    });
    onTestFinished(() => void host.kill("SIGKILL"));
    const exited = once(host, "exit");
    await firstOutput(host);
    await until(() => !existsSync(dead));
    host.stdin.end();
    expect(await exited).toEqual([0, null]);
    expect(readFileSync(join(thesis, "chapter1.txt"), "utf8")).toBe("years of work");
    expect(lstatSync(join(thesis, "lock")).isSocket()).toBe(true);
  },
);

function replaceByDirectory(path: string): void {
  unlinkSync(path);
  mkdirSync(path);
}
