import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { listProcesses } from "../../src/platform/proc-stat.linux.js";
import { groupAlive } from "../../src/platform/process-group.js";
import { posixGroupAlive } from "../../src/platform/process-group.posix.js";
import { processStartTime } from "../../src/platform/process-identity.js";
import { isAlive, processState } from "../../src/platform/process-state.js";
import { ProcessTable } from "../../src/platform/process-table.linux.js";
import { killTree } from "../../src/platform/process-tree.js";
import { killPortableTree } from "../../src/platform/process-tree.portable.js";
import { atOnce } from "../../src/platform/slices.js";
import { waitForExit } from "../../src/platform/wait-for-exit.js";
import { firstOutput, fixture, killIfAlive, until, useProcess } from "./support.js";

interface Tree {
  root: number;
  plain: number;
  ownSession: number;
  orphan: number;
}

async function useTree(): Promise<Tree> {
  const child = useProcess(process.execPath, [fixture("tree.mjs")]);
  const tree: Tree = { root: child.pid, ...JSON.parse(await firstOutput(child)) };
  onTestFinished(() => Object.values(tree).forEach(killIfAlive));
  return tree;
}

/** The processes with this argument in their command line. */
function withArgument(argument: string): number[] {
  const hasArgument = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").includes(argument);
    } catch {
      return false;
    }
  };
  return listProcesses()
    .map(({ pid }) => pid)
    .filter(hasArgument);
}

const ascending = (pids: readonly number[]): number[] => [...pids].sort((left, right) => left - right);

test("SIGKILL takes the group, the grandchild that called setsid and the orphan in the group, stopped or not", async () => {
  const tree = await useTree();
  process.kill(tree.plain, "SIGSTOP");
  await until(() => processState(tree.plain) === "stopped");
  const killed = await killTree(tree.root, "SIGKILL");
  expect(ascending(killed)).toEqual(ascending(Object.values(tree)));
  expect(await waitForExit(killed, 5_000)).toEqual([]);
  expect(groupAlive(tree.root)).toBe(false);
});

test("SIGTERM reaches every member exactly once", async () => {
  const counting =
    "exec 2>/dev/null; count=0; trap 'count=$((count+1)); echo $count' TERM; echo ready; while :; do sleep 0.01; done";
  const child = useProcess("sh", ["-c", counting]);
  const output: string[] = [];
  child.stdout?.on("data", (chunk) => output.push(String(chunk)));
  await until(() => output.join("").includes("ready"));
  const signalled = await killTree(child.pid, "SIGTERM");
  expect(signalled).toContain(child.pid);
  expect(new Set(signalled).size).toBe(signalled.length);
  await until(() => output.join("").includes("1"));
  const closed = once(child, "close");
  await killTree(child.pid, "SIGKILL");
  await closed;
  expect(output.join("")).toBe("ready\n1\n");
});

test("what is left of a group goes after its leader", async () => {
  const tree = await useTree();
  const startTime = processStartTime(tree.root);
  process.kill(tree.root, "SIGKILL");
  await until(() => processState(tree.root) === "dead");
  expect(groupAlive(tree.root)).toBe(true);
  expect(ascending(await killTree(tree.root, "SIGKILL", startTime))).toEqual(ascending([tree.plain, tree.orphan]));
  await until(() => !groupAlive(tree.root));
});

test.runIf(process.platform === "linux")("none escapes a root that keeps starting sessions of their own", async () => {
  const seconds = `1000.${process.pid}`;
  const child = useProcess(process.execPath, [fixture("forks.mjs"), seconds]);
  onTestFinished(() => withArgument(seconds).forEach(killIfAlive));
  await firstOutput(child);
  const killed = await killTree(child.pid, "SIGKILL");
  expect(killed.length).toBeGreaterThan(5);
  expect(killed.length).toBeLessThan(200);
  // Zombies have no command line.
  await until(() => withArgument(seconds).length === 0);
});

test("a process that is not the one meant is left alone", async () => {
  const { pid } = useProcess("sleep", ["1000"]);
  expect(await killTree(pid, "SIGKILL", "another-boot/1")).toEqual([]);
  expect(isAlive(pid)).toBe(true);
  expect(await killTree(pid, "SIGKILL", processStartTime(pid))).toEqual([pid]);
});

test("a process that is gone is no error", async () => {
  const child = useProcess("true", []);
  await once(child, "exit");
  expect(await killTree(child.pid, "SIGKILL")).toEqual([]);
});

test.each([0, 1, -1, 2.5, Number.NaN, process.pid])("the pid %d is never signalled", async (pid) => {
  await expect(killTree(pid, "SIGKILL")).rejects.toMatchObject({ code: "INVALID_OPTION" });
});

test("neither init nor this process is ever part of a tree", () => {
  const entry = (pid: number, parentPid: number) => ({
    ...{
      state: "S",
      groupId: 0,
      sessionId: 0,
      cpuTicks: 0,
      threads: 1,
      startTicks: "1",
      residentPages: 0,
      isKernelThread: false,
    },
    pid,
    parentPid,
  });
  const processes = [entry(1, 50), entry(process.pid, 50), entry(60, process.pid), entry(61, 50), entry(62, 61)];
  expect(atOnce(new ProcessTable(processes).treeOf(50))?.map(({ pid }) => pid)).toEqual([61, 62]);
});

test("the portable way, by tree-kill, takes the same tree", async () => {
  const tree = await useTree();
  expect(await killPortableTree(tree.root, "SIGKILL")).toEqual([tree.root]);
  expect(await waitForExit(Object.values(tree), 5_000)).toEqual([]);
  expect(await killPortableTree(tree.root, "SIGKILL")).toEqual([]);
});

test.runIf(process.platform === "linux")("a group of zombies is not alive", async () => {
  // The parent becomes `sleep`, which never asks for its children.
  const parent = useProcess("sh", ["-c", "setsid sleep 0 & echo $!; exec sleep 1000"]);
  const zombie = Number(await firstOutput(parent));
  await until(() => processState(zombie) === "zombie");
  expect(posixGroupAlive(zombie)).toBe(true);
  expect(groupAlive(zombie)).toBe(false);
  expect(await waitForExit([zombie], 0)).toEqual([]);
  expect(await killTree(zombie, "SIGKILL")).toEqual([]);
});

test("waiting ends with those that are still alive", async () => {
  const staying = useProcess("sleep", ["1000"]).pid;
  const leaving = useProcess("sleep", ["0.05"]).pid;
  expect(await waitForExit([staying, leaving], 300)).toEqual([staying]);
});
