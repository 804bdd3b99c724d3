import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  probeCgroupV1,
  probeCgroupV2,
  probeCgroupV2Controllers,
  readCgroups,
  tryGroup,
} from "../../src/platform/capabilities.cgroup.linux.js";
import { codeCacheFolder } from "../../src/platform/capabilities.code-cache.js";
import { findProgram, probeWritable } from "../../src/platform/capabilities.files.js";
import { probeProgram, probeSharedMemory, probeUserManager } from "../../src/platform/capabilities.linux.js";
import {
  probeCodeCache,
  probeNodeVersion,
  probePermissionModel,
  probeTypeScript,
} from "../../src/platform/capabilities.node.js";
import { probeReaper, probeSocketDirectory, probeStartTimes } from "../../src/platform/capabilities.posix.js";
import { windowsCapabilities } from "../../src/platform/capabilities.windows.js";
import { probeCapabilities } from "../../src/platform/index.js";
import { useDirectory } from "./support.js";

const isRoot = process.geteuid?.() === 0;

test("every probe answers on this machine, each under a name of its own", () => {
  const found = probeCapabilities();
  expect(new Set(found.map(({ name }) => name)).size).toBe(found.length);
  for (const capability of found) {
    expect(capability).toEqual({
      name: expect.stringMatching(/./),
      status: expect.stringMatching(/^(ok|limited|missing)$/),
      found: expect.stringMatching(/./),
      matters: expect.stringMatching(/./),
      essential: expect.any(Boolean),
    });
  }
  expect(found.filter(({ essential, status }) => essential && status !== "ok")).toEqual([]);
});

describe("Node.js", () => {
  test.each([
    ["20.18.3", "missing"],
    ["20.19.0", "ok"],
    ["22.0.0", "ok"],
    ["18.20.8", "missing"],
  ])("%s is %s", (version, status) => {
    expect(probeNodeVersion(version)).toMatchObject({ status, found: expect.stringContaining(version) });
  });

  test.each([
    [["--experimental-permission"], "limited", "--experimental-permission; it does not cover the network"],
    [["--permission"], "ok", "--permission; it does not cover the network"],
    [["--permission", "--allow-net", "--experimental-permission"], "ok", "--permission, network too"],
    [[], "missing", "not in this Node.js"],
  ])("with flags %j: the permission model is %s", (flags, status, found) => {
    expect(probePermissionModel(new Set(flags))).toMatchObject({ status, found });
  });

  test("TypeScript is limited where Node.js does not strip types", () => {
    expect(probeTypeScript({ typescript: "strip" })).toMatchObject({ status: "ok", found: "Node.js itself (strip)" });
    expect(probeTypeScript({ typescript: false })).toMatchObject({ status: "limited" });
    expect(probeTypeScript({})).toMatchObject({ status: "limited" });
  });

  test("the code cache's folder need not be there, only possible", () => {
    const folder = join(useDirectory(), "not", "yet");
    expect(probeCodeCache(folder)).toMatchObject({ status: "ok", found: folder });
    expect(existsSync(folder)).toBe(false);
    const file = join(useDirectory(), "file");
    writeFileSync(file, "");
    expect(probeCodeCache(join(file, "cache"))).toMatchObject({ status: "limited", found: `${file} is not a folder` });
  });

  test.skipIf(process.platform !== "linux")("the code cache lies where the user's environment says", () => {
    expect(codeCacheFolder({}, "/home/me")).toBe("/home/me/.cache/process-isolation");
    expect(codeCacheFolder({ XDG_CACHE_HOME: "/c" }, "/home/me")).toBe("/c/process-isolation");
  });
});

describe.skipIf(process.platform === "win32")("POSIX", () => {
  test("the socket directory is the first that can be used, with what its paths may still grow", () => {
    const directory = useDirectory();
    const spare = 107 - Buffer.byteLength(`${directory}/pi-host-XXXXXXXXXXXX/${"x".repeat(24)}.sock`);
    expect(
      probeSocketDirectory(108, ["/no/such/parent/because/it/is/far/too/long/for/a/socket/path", directory]),
    ).toMatchObject({
      status: "ok",
      found: `${directory}, ${spare} of 107 bytes to spare`,
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("it is missing, with every reason, when none can be used", () => {
    const long = `/${"x".repeat(70)}`;
    const file = join(useDirectory(), "file");
    writeFileSync(file, "");
    expect(probeSocketDirectory(108, [long, file])).toMatchObject({
      status: "missing",
      found: `${long} is 15 bytes too long; ${file} is not a folder`,
      essential: true,
    });
  });

  test("the reaper has a shell, or a Node.js", () => {
    expect(probeReaper()).toMatchObject({ status: "ok", found: "/bin/sh" });
    expect(probeReaper("/no/sh")).toMatchObject({ status: "ok", found: expect.stringMatching(/^no \/no\/sh: a Node/) });
  });

  test("start times are missing where they cannot be read", () => {
    expect(probeStartTimes()).toMatchObject({ status: "ok" });
    expect(probeStartTimes(() => undefined)).toMatchObject({ status: "missing" });
  });

  test("a program is found on the search path if it may be run", () => {
    const directory = useDirectory();
    const program = join(directory, "tool");
    writeFileSync(program, "", { mode: 0o644 });
    mkdirSync(join(directory, "folder"));
    expect(findProgram("tool", directory)).toBeUndefined();
    chmodSync(program, 0o755);
    expect(findProgram("tool", `/no/such:${directory}`)).toBe(program);
    expect(findProgram("folder", directory)).toBeUndefined();
    expect(findProgram("tool", "")).toBeUndefined();
    expect(probeProgram("tool", "why", directory)).toMatchObject({ status: "ok", found: program, matters: "why" });
    expect(probeProgram("tool", "why", "")).toMatchObject({ status: "missing", found: "not on the PATH" });
  });

  test.skipIf(isRoot)("a folder without write permission cannot be written", () => {
    const directory = useDirectory();
    chmodSync(directory, 0o500);
    expect(probeWritable(join(directory, "below"))).toBe(`${directory} cannot be written (EACCES)`);
  });
});

describe("Linux", () => {
  test("shared memory is missing without its folder", () => {
    expect(probeSharedMemory("/no/shm")).toMatchObject({ status: "missing", found: "no /no/shm" });
  });

  test("systemd-run needs the user's service manager", () => {
    const directory = useDirectory();
    writeFileSync(join(directory, "systemd-run"), "", { mode: 0o755 });
    const environment = { PATH: directory, XDG_RUNTIME_DIR: directory };
    expect(probeUserManager({ PATH: "" })).toMatchObject({ status: "missing" });
    expect(probeUserManager(environment)).toMatchObject({ status: "limited" });
    mkdirSync(join(directory, "systemd"));
    writeFileSync(join(directory, "systemd/private"), "");
    expect(probeUserManager(environment)).toMatchObject({ status: "ok" });
  });
});

describe("cgroups", () => {
  const hybrid = readCgroups(
    [
      "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct",
      "35 31 0:32 / /sys/fs/cgroup/mem\\040ory rw - cgroup cgroup rw,memory",
      "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd",
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
      "",
    ].join("\n"),
    "4:cpu,cpuacct:/\n3:memory:/a/b:c\n1:name=systemd:/x\n0::/user.slice/me\n",
  );
  const allowed = { files: ["cgroup.kill"] };
  const refused = { files: [], problem: "EACCES" };

  test("are found by their mounts and memberships", () => {
    expect(hybrid.map(({ version, folder }) => [version, folder])).toEqual([
      [1, "/sys/fs/cgroup/cpu,cpuacct"],
      [1, "/sys/fs/cgroup/mem ory/a/b:c"],
      [2, "/sys/fs/cgroup/unified/user.slice/me"],
    ]);
  });

  test("of which only a part is mounted are found inside it", () => {
    const mounted = "41 31 0:38 /docker/id /sys/fs/cgroup ro - cgroup2 cgroup rw,nsdelegate\n";
    expect(readCgroups(mounted, "0::/docker/id/app\n")).toMatchObject([{ folder: "/sys/fs/cgroup/app" }]);
    expect(readCgroups(mounted, "0::/elsewhere\n")).toMatchObject([{ folder: "/sys/fs/cgroup" }]);
  });

  test("of version 2 are limited where they are not delegated or cannot kill", () => {
    expect(probeCgroupV2([])).toMatchObject({ status: "missing", found: "not mounted" });
    expect(probeCgroupV2(hybrid, () => allowed)).toMatchObject({ status: "ok" });
    expect(probeCgroupV2(hybrid, () => refused)).toMatchObject({
      status: "limited",
      found: "/sys/fs/cgroup/unified/user.slice/me is not delegated to us (EACCES)",
    });
    expect(probeCgroupV2(hybrid, () => ({ files: [] }))).toMatchObject({ status: "limited" });
  });

  test("tell which controllers they have", () => {
    const read = () => "cpuset cpu io memory pids\n";
    expect(probeCgroupV2Controllers(hybrid, read)).toMatchObject({ status: "ok", found: "memory, pids, cpu, cpuset" });
    expect(probeCgroupV2Controllers(hybrid, () => "cpu pids\n")).toMatchObject({
      status: "limited",
      found: "pids, cpu; no memory, cpuset (not there)",
    });
    expect(probeCgroupV2Controllers([], read)).toMatchObject({ status: "missing" });
    expect(probeCgroupV1(hybrid, (folder) => (folder.includes("cpu,") ? allowed : refused))).toMatchObject({
      status: "limited",
      found: "cpu; no memory (EACCES); no pids, cpuset (not there)",
    });
  });

  test("are tried out without a trace", () => {
    const directory = useDirectory();
    expect(tryGroup(directory)).toEqual({ files: [] });
    expect(readdirSync(directory)).toEqual([]);
    expect(tryGroup(join(directory, "none"))).toEqual({ files: [], problem: "ENOENT" });
  });
});

test("Windows needs its temporary directory", () => {
  const directory = useDirectory();
  expect(windowsCapabilities(directory)).toMatchObject([{ status: "ok", found: directory, essential: true }]);
});
