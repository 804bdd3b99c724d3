import { execFile } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { processList } from "./list-processes.js";
import { parsePsOutput } from "./list-processes.posix.js";
import { parseCimOutput } from "./list-processes.windows.js";

const repository = resolve(import.meta.dirname, "../..");
const projects: string[] = [];

afterEach(() => {
  for (const project of projects.splice(0)) rmSync(project, { recursive: true, force: true });
});

/** Runs Vitest under the guard in a project with one test file of this body. */
function runGuarded(body: string): Promise<{ code: number; output: string }> {
  const project = mkdtempSync(join(tmpdir(), "guarded-"));
  projects.push(project);
  symlinkSync(join(repository, "node_modules"), join(project, "node_modules"), "junction");
  const guard = JSON.stringify(join(repository, "test/setup/leak-guard.ts"));
  writeFileSync(
    join(project, "vitest.config.mjs"),
    `export default { test: { pool: "forks", globalSetup: [${guard}] }, server: { fs: { strict: false } } };`,
  );
  mkdirSync(join(project, "test"));
  writeFileSync(
    join(project, "test/body.test.mjs"),
    `import { spawn } from "node:child_process";
     import { mkdirSync } from "node:fs";
     import { tmpdir } from "node:os";
     import { expect, test } from "vitest";
     test("body", async () => { ${body} });`,
  );
  const vitest = join(repository, "node_modules/vitest/vitest.mjs");
  return new Promise((done) => {
    execFile(process.execPath, [vitest, "run"], { cwd: project }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

test("a run that cleans up passes, in directories of its own", async () => {
  const { code, output } = await runGuarded(`
    expect(tmpdir()).not.toBe(${JSON.stringify(tmpdir())});
    expect(tmpdir().length).toBeLessThan(${process.platform === "win32" ? 260 : 40});
    const child = spawn(process.execPath, ["-e", "0"]);
    await new Promise((resolve) => child.once("exit", resolve));
  `);
  expect(output).toContain("1 passed");
  expect(code).toBe(0);
});

test.skipIf(process.platform === "win32")("a run fails over what it leaves behind, names it, and ends it", async () => {
  const { code, output } = await runGuarded(`
    mkdirSync(process.env.XDG_RUNTIME_DIR + "/pi-runtime");
    mkdirSync(tmpdir() + "/pi-temporary");
    const marked = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "marked"], { detached: true, stdio: "ignore" });
    const bare = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "bare"], { env: {}, detached: true, stdio: "ignore" });
    marked.unref();
    bare.unref();
    console.log("pids " + marked.pid + " " + bare.pid + " end");
    // Long enough for the guard to see the second process below its worker: nothing else tells whose it is.
    await new Promise((resolve) => setTimeout(resolve, 1500));
  `);
  expect(output).toContain("1 passed");
  expect(code).toBe(1);
  expect(output).toContain("the tests left behind:");
  expect(output).toContain("/pi-runtime");
  expect(output).toContain("/pi-temporary");
  const [, marked, bare] = /pids (\d+) (\d+) end/.exec(output) ?? [];
  for (const pid of [marked, bare]) {
    expect(output).toContain(`process ${pid} `);
    await expect.poll(() => isAlive(Number(pid))).toBe(false);
  }
});

test.runIf(isWritable("/sys/fs/cgroup/pids"))("a control group that a host of the run made is among that", async () => {
  const { code, output } = await runGuarded(`
    const { readFileSync, readlinkSync } = await import("node:fs");
    const [, start] = /^.*\\) (?:\\S+ ){19}(\\S+)/.exec(readFileSync("/proc/self/stat", "latin1"));
    const namespace = /\\d+/.exec(readlinkSync("/proc/self/ns/pid"))[0];
    for (const host of [process.pid + "-" + start, process.pid + "-1"]) {
      mkdirSync("/sys/fs/cgroup/pids/pi-" + namespace + "-" + host + "-77");
    }
    console.log("host " + namespace + "-" + process.pid + "-" + start + " end");
    // Long enough for the guard to have seen this worker.
    await new Promise((resolve) => setTimeout(resolve, 500));
  `);
  const [, namespace, pid, start] = /host (\d+)-(\d+)-(\d+) end/.exec(output) ?? [];
  const [own, strange] = [start, "1"].map((at) => `/sys/fs/cgroup/pids/pi-${namespace}-${pid}-${at}-77`);
  rmdirSync(strange as string);
  expect(existsSync(own as string)).toBe(false);
  expect(code).toBe(1);
  expect(output).toContain(`  ${own}\n`);
  expect(output).not.toContain(`  ${strange}\n`);
});

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Zombies do not count: an orphan's new parent may never collect it. */
async function isAlive(pid: number): Promise<boolean> {
  return (await processList.all()).some((record) => record.pid === pid);
}

test("the listings of ps and of Windows are understood", () => {
  expect(
    parsePsOutput(
      "  501     1 Ss   Sat Nov 22 10:49:01 2025     /usr/bin/node main.js TMPDIR=/tmp/pit-x/t\n" +
        "  502   501 Z    Sat Nov  1 10:49:02 2025     (node)\n",
    ),
  ).toEqual([
    {
      pid: 501,
      parentPid: 1,
      startedAt: "Sat Nov 22 10:49:01 2025",
      command: "/usr/bin/node main.js TMPDIR=/tmp/pit-x/t",
    },
  ]);
  expect(parseCimOutput('[{"ProcessId":4,"ParentProcessId":0,"CommandLine":null,"Started":"638"}]')).toEqual([
    { pid: 4, parentPid: 0, startedAt: "638", command: "" },
  ]);
});
