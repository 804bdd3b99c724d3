import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";

/** The path of a fixture of this room. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/platform/${name}`, import.meta.url));
}

/** Resolves once `fact` holds; fails the test after five seconds. */
export async function until(fact: () => boolean): Promise<void> {
  await expect.poll(fact, { interval: 2, timeout: 5_000 }).toBe(true);
}

/** Starts a process in a group of its own, which ends with the test. */
export function useProcess(command: string, args: readonly string[]): ChildProcess & { pid: number } {
  const child = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} did not start`);
  onTestFinished(() => killIfAlive(-pid));
  return Object.assign(child, { pid });
}

/** What the process writes first. */
export async function firstOutput(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("its stdout is not piped");
  return String((await once(child.stdout, "data"))[0]);
}

/** Kills a process that may be gone already. */
export function killIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone, as it should be.
  }
}

/** A directory that goes with the test. */
export function useDirectory(parent = tmpdir()): string {
  const path = mkdtempSync(join(parent, "test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Where control groups can be made here: of version 1, of version 2, or nowhere. */
export const CGROUP_PARENTS = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"].filter((parent) => {
  if (!existsSync(join(parent, "cgroup.procs"))) return false;
  const probe = join(parent, `pi-0-${process.pid}-probe`);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch {
    return false;
  }
});

let cgroups = 0;

/** A control group that goes with the test, provided that all in it have ended. */
export function useCgroup(parent: string): string {
  cgroups += 1;
  const path = join(parent, `pi-0-${process.pid}-0-${cgroups}`);
  mkdirSync(path);
  onTestFinished(() => until(() => removeCgroup(path)));
  return path;
}

function removeCgroup(path: string): boolean {
  if (!existsSync(path)) return true;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(path, entry.name));
  }
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
