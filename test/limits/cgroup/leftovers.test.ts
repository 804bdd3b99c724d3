import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isStaleName, newCgroupName } from "../../../src/limits/cgroup/cgroup-name.js";
import { removeCgroups } from "../../../src/limits/cgroup/remove-cgroups.js";
import { sweepCgroups } from "../../../src/limits/cgroup/sweep-cgroups.js";
import { cgroupPrefixes, limitMachinery, NO_MACHINERY } from "../../../src/limits/index.js";
import { isAlive } from "../../../src/platform/index.js";
import { until } from "../../helpers/until.js";
import { fixture, MACHINES, ownCgroups } from "../use-limits.js";

const [, machinery] = MACHINES[0] ?? [];
const parents = [...new Set(Object.values(machinery?.cgroups.parents ?? {}).map(({ folder }) => folder))];

interface Host {
  readonly pid: number;
  readonly folders: readonly string[];
  end(): Promise<void>;
}

/** A host with a limited child that sleeps. */
async function useHost(ending: "exit" | "wait"): Promise<Host> {
  const host = spawn(process.execPath, ["--import", "tsx", fixture("host"), ending], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(host, "exit");
  const { pid, folders }: Pick<Host, "pid" | "folders"> = JSON.parse(String((await once(host.stdout, "data"))[0]));
  onTestFinished(() => removeCgroups(folders).then(() => {}));
  return {
    pid,
    folders,
    async end() {
      if (ending === "wait") host.kill("SIGKILL");
      await exited;
    },
  };
}

describe.skipIf(parents.length === 0)("on a machine with cgroups", () => {
  test("a host that exits takes its groups along, with what runs in them", async () => {
    const host = await useHost("exit");
    await host.end();
    expect(host.folders.filter(existsSync)).toEqual([]);
    await until(() => !isAlive(host.pid));
  });

  test("what a host that was killed left is ended and removed by its reaper; a live host's is not", async () => {
    const [killed, alive] = await Promise.all([useHost("wait"), useHost("wait")]);
    await until(() => killed.folders.concat(alive.folders).every(existsSync));
    await killed.end();
    await until(() => !isAlive(killed.pid) && !killed.folders.some(existsSync));
    expect(alive.folders.every(existsSync)).toBe(true);
    expect(isAlive(alive.pid)).toBe(true);
    await removeCgroups(alive.folders);
    await alive.end();
  });

  test("what a reaper left too is found, ended and removed by the next host; what a live host has is not", async () => {
    const alive = await useHost("wait");
    const [, namespace] = newCgroupName().split("-");
    // Not among the groups of hosts: any host of a test beside this one, which sweeps at its start, would be quicker.
    const parent = join(parents[0] as string, `sweep-test-${process.pid}`);
    const stale = join(parent, `pi-${namespace}-4194304-1-1`);
    mkdirSync(stale, { recursive: true });
    onTestFinished(() => removeCgroups([stale, parent]).then(() => {}));
    const sleeper = spawn("/bin/sleep", ["1000"], { stdio: "ignore" });
    const exited = once(sleeper, "exit");
    writeFileSync(join(stale, "cgroup.procs"), String(sleeper.pid));
    await sweepCgroups([parent, ...parents]);
    expect(existsSync(stale)).toBe(false);
    expect(await exited).toEqual([null, "SIGKILL"]);
    expect(alive.folders.every(existsSync)).toBe(true);
    await removeCgroups(alive.folders);
    await alive.end();
  });

  test("the paths of a host's groups begin as is said", async () => {
    const name = newCgroupName();
    for (const prefix of cgroupPrefixes(limitMachinery().cgroups))
      expect(join(dirname(prefix), name)).toContain(prefix);
    expect(cgroupPrefixes(NO_MACHINERY.cgroups)).toEqual([]);
  });

  test("groups that a privileged child made in its own are removed too", async () => {
    const group = join(parents[0] as string, newCgroupName());
    mkdirSync(group);
    onTestFinished(() => void (existsSync(group) && rmdirSync(group)));
    mkdirSync(join(group, "inner"));
    const sleeper = spawn("/bin/sleep", ["1000"], { stdio: "ignore" });
    const exited = once(sleeper, "exit");
    writeFileSync(join(group, "inner/cgroup.procs"), String(sleeper.pid));
    expect(await removeCgroups([group])).toEqual([]);
    expect(await exited).toEqual([null, "SIGKILL"]);
    expect(ownCgroups(machinery)).toEqual([]);
  });
});

test.runIf(process.platform === "linux")(
  "a name is stale when its host is gone, and never that of another namespace",
  () => {
    const [, namespace, , startTicks] = newCgroupName().split("-");
    expect(isStaleName(`pi-${namespace}-${process.pid}-${startTicks}-1`)).toBe(false);
    expect(isStaleName(`pi-${namespace}-${process.pid}-1-1`)).toBe(true);
    expect(isStaleName(`pi-${namespace}-4194304-1-1.scope`)).toBe(true);
    expect(isStaleName(`pi-1-4194304-1-1`)).toBe(false);
    expect(isStaleName("pi-AbCdEf")).toBe(false);
  },
);
