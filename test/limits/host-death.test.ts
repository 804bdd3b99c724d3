import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { limitMachinery } from "../../src/limits/index.js";
import { isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";
import { fixture, MACHINES } from "./use-limits.js";

const hasCgroups = MACHINES.length > 0 && limitMachinery().cgroups.parents.memory !== undefined;

/** The groups of a process that are the framework's, as folders. */
function groupsOf(pid: number): string[] {
  const paths = readFileSync(`/proc/${pid}/cgroup`, "latin1")
    .split("\n")
    .map((line) => line.slice(line.indexOf(":", line.indexOf(":") + 1) + 1))
    .filter((path) => /\/pi-\d/.test(path));
  const { parents, killable } = limitMachinery().cgroups;
  const folders = [...Object.values(parents), ...(killable === undefined ? [] : [killable])];
  return folders.flatMap(({ folder }) => paths.map((path) => folder + path.slice(path.lastIndexOf("/"))));
}

test.runIf(hasCgroups)(
  "a host that is killed leaves no group, no isolate, and nothing that escaped from session, parent and environment",
  async () => {
    const host = spawn(process.execPath, [fixture("isolating-host")], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void host.kill("SIGKILL"));
    const { isolate, escaped } = JSON.parse(String((await once(host.stdout, "data"))[0]));
    onTestFinished(() => {
      for (const pid of [isolate, escaped].filter((pid) => isAlive(pid))) process.kill(pid, "SIGKILL");
    });
    expect(readFileSync(`/proc/${escaped}/environ`, "latin1")).not.toContain("PROCESS_ISOLATION_ID");
    const groups = groupsOf(isolate);
    expect(groups.filter(existsSync).length).toBeGreaterThan(0);
    expect(groupsOf(escaped)).toEqual(groups);
    host.kill("SIGKILL");
    await until(() => ![isolate, escaped].some((pid) => isAlive(pid)) && !groups.some(existsSync), 3_000);
  },
);
