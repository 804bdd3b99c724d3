import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { holdHost } from "../../src/platform/hold-host.js";
import {
  hostDirectory,
  hostMark,
  hostReaper,
  isAlive,
  MARK_VARIABLE,
  sharedMemoryDirectory,
} from "../../src/platform/index.js";

const isPosix = process.platform !== "win32";

/** Holds the host as an isolate does; lets go with the test at the latest. */
function useHold(): () => Promise<void> {
  const release = holdHost();
  onTestFinished(release);
  hostReaper().prepare();
  return release;
}

test.runIf(isPosix)("the reaper's process and the directories go with the last holder, and come again", async () => {
  const first = useHold();
  const last = useHold();
  const reaper = hostReaper().pid as number;
  const directories = [hostDirectory(), sharedMemoryDirectory()].filter((path) => path !== undefined);
  await first();
  await first();
  expect(isAlive(reaper)).toBe(true);
  expect(directories.every((path) => existsSync(path))).toBe(true);
  await last();
  expect(isAlive(reaper)).toBe(false);
  expect(directories.some((path) => existsSync(path))).toBe(false);
  useHold();
  expect(hostReaper().pid).not.toBe(reaper);
  expect(directories).not.toContain(hostDirectory());
});

test.runIf(isPosix)("a reaper that is let go kills nothing that is started meanwhile", async () => {
  const leaving = useHold()();
  useHold();
  const env = { [MARK_VARIABLE]: `${hostMark()}-1` };
  const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore", env: { ...process.env, ...env } });
  const ended = once(child, "exit");
  onTestFinished(() => void child.kill("SIGKILL"));
  hostReaper().add(child.pid as number);
  await leaving;
  expect(child.exitCode ?? child.signalCode).toBe(null);
  child.kill("SIGTERM");
  expect((await ended)[1]).toBe("SIGTERM");
  hostReaper().remove(child.pid as number);
});

test.runIf(isPosix)("while something is registered the reaper stays, and goes with it", async () => {
  const release = useHold();
  const reaper = hostReaper().pid as number;
  hostReaper().addFolder("/nonexistent/folder");
  await release();
  expect(isAlive(reaper)).toBe(true);
  hostReaper().removeFolder("/nonexistent/folder");
  expect(hostReaper().pid).toBe(undefined);
});

test.runIf(isPosix)(
  "a reaper that was let go many times in a second is not taken for one that cannot stay",
  async () => {
    for (let round = 0; round < 8; round += 1) await useHold()();
    useHold();
    expect(hostReaper().available).toBe(true);
    expect(hostReaper().pid).toBeTypeOf("number");
  },
);
