import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { processStartTime } from "../../src/platform/process-identity.js";
import { createMark } from "../../src/platform/process-mark.js";
import { isAlive } from "../../src/platform/process-state.js";
import { scanProcesses } from "../../src/platform/process-table.linux.js";
import { killTree } from "../../src/platform/process-tree.js";
import { inSlices } from "../../src/platform/slices.js";
import { waitForExit } from "../../src/platform/wait-for-exit.js";
import { firstOutput, killIfAlive, useDirectory, useProcess } from "./support.js";

const isLinux = process.platform === "linux";

/** A process with this environment in a session of its own, whose parent has ended already. */
async function useDaemon(
  environment: readonly string[],
  command = "sleep 1000",
): Promise<{ root: number; daemon: number; start: string }> {
  const program = `setsid ${command} >/dev/null & echo $!; exec sleep 1000`;
  const parent = useProcess("env", [...environment, "sh", "-c", program]);
  const start = processStartTime(parent.pid) ?? "";
  const daemon = Number(await firstOutput(parent));
  onTestFinished(() => killIfAlive(daemon));
  const exited = once(parent, "exit");
  parent.kill("SIGKILL");
  await exited;
  return { root: parent.pid, daemon, start };
}

async function marksOf(pid: number): Promise<readonly string[] | undefined> {
  const table = await scanProcesses();
  const process = table.all.find((candidate) => candidate.pid === pid) ?? expect.fail();
  return inSlices(table.marksOf(process));
}

test.runIf(isLinux)("whoever asks before a look has begun shares it, and nobody later does", async () => {
  const looks = [scanProcesses(), scanProcesses()];
  expect(looks[1]).toBe(looks[0]);
  const first = await looks[0];
  const later = scanProcesses();
  expect(later).not.toBe(looks[0]);
  for (const table of [first, await later]) expect(table?.all.map(({ pid }) => pid)).toContain(process.pid);
});

test.runIf(isLinux)("a daemon that left group and parents is killed by its mark, and no other daemon is", async () => {
  const [mark, other] = [createMark(), createMark()];
  const [own, stranger] = await Promise.all([mark, other].map((value) => useDaemon([`PROCESS_ISOLATION_ID=${value}`])));
  expect(await killTree(own?.root as number, "SIGKILL", own?.start, mark)).toEqual([own?.daemon]);
  expect(await waitForExit([own?.daemon as number], 5_000)).toEqual([]);
  expect(isAlive(stranger?.daemon as number)).toBe(true);
});

test.runIf(isLinux)("the mark is found behind any number of other variables, and between decoys", async () => {
  const mark = createMark();
  const filler = Array.from({ length: 40 }, (_, index) => `FILLER${index}=${"x".repeat(index === 7 ? 65_400 : 3_000)}`);
  const decoy = `DECOY=PROCESS_ISOLATION_ID=${createMark()}`;
  const { daemon } = await useDaemon([...filler, decoy, `PROCESS_ISOLATION_ID=${mark}`]);
  // Right after its start it may be between two programs.
  await expect.poll(() => marksOf(daemon), { interval: 2, timeout: 5_000 }).toContain(mark);
});

test.runIf(isLinux)(
  "a daemon that becomes another program again and again is killed by its mark, whenever that is",
  async () => {
    const again = join(useDirectory(), "again");
    writeFileSync(again, '#!/bin/sh\nexec "$0"\n', { mode: 0o700 });
    for (let time = 0; time < 20; time++) {
      const mark = createMark();
      const { root, daemon, start } = await useDaemon([`PROCESS_ISOLATION_ID=${mark}`], again);
      expect(await killTree(root, "SIGKILL", start, mark)).toEqual([daemon]);
      expect(await waitForExit([daemon], 5_000)).toEqual([]);
    }
  },
);

test.runIf(isLinux)("what was started before a process does not descend from it, whatever it carries", async () => {
  const mark = createMark();
  const { daemon } = await useDaemon([`PROCESS_ISOLATION_ID=${mark}`]);
  const [boot] = (processStartTime(daemon) ?? "").split("/");
  await killTree(2 ** 22 - 1, "SIGKILL", `${boot}/${Number.MAX_SAFE_INTEGER}`, mark);
  expect(isAlive(daemon)).toBe(true);
});
