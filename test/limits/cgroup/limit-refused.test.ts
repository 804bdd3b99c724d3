import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IsolationError } from "process-isolation";
import { describe, expect, test } from "vitest";
import { CgroupGuard } from "../../../src/limits/cgroup/cgroup-guard.js";
import type { CgroupMachinery } from "../../../src/limits/cgroup/cgroup-machinery.js";
import { useDirectory } from "../../helpers/use-directory.js";

const LIMITS = { memory: undefined, pids: undefined, cpuset: undefined, cpu: undefined, softMemory: undefined };

/** Groups that are plain folders in `folder`. */
function machineryIn(folder: string): CgroupMachinery {
  const parent = { version: 1, folder } as const;
  return { parents: { memory: parent, pids: parent, cpu: parent }, killable: undefined, systemd: undefined };
}

function refusalOf(act: () => unknown): IsolationError {
  try {
    act();
  } catch (error) {
    if (IsolationError.is(error)) return error;
    throw error;
  }
  return expect.fail("nothing was refused");
}

describe("a limit that the kernel refuses", () => {
  test("is named with its bound, the file and the kernel's answer, and no group is left", async () => {
    const folder = useDirectory();
    // A group with a folder where a file belongs.
    const machinery = machineryIn(folder);
    const guard = new CgroupGuard(machinery, { ...LIMITS, cpu: 50 });
    const [group = ""] = guard.cgroups.folders;
    mkdirSync(join(group, "cpu.cfs_period_us"));
    const error = refusalOf(() => guard.ready());
    expect(error.code).toBe("START_FAILED");
    expect(error.message).toBe(
      `START_FAILED: limits.cpu (50) cannot be put into force: the kernel answered EISDIR to "100000" for ` +
        join(group, "cpu.cfs_period_us"),
    );
    expect(error.facts).toMatchObject({ limit: "cpu", bound: 50, reason: "start-failed" });
  });

  test("is the whole list of limits where no group can be made at all", () => {
    const folder = join(useDirectory(), "file");
    writeFileSync(folder, "");
    const error = refusalOf(() => new CgroupGuard(machineryIn(folder), { ...LIMITS, memory: 40_000_000, pids: 20 }));
    expect(error.message).toContain("limits.memory (40000000), limits.pids (20) cannot be put into force: ENOTDIR");
    expect(existsSync(join(folder, "x"))).toBe(false);
  });
});

test("a group that went with its process is no refusal", () => {
  const folder = useDirectory();
  const guard = new CgroupGuard(machineryIn(folder), { ...LIMITS, cpu: 50 });
  expect(() => {
    for (const group of guard.cgroups.folders) expect(existsSync(group)).toBe(true);
    void guard.close();
    guard.ready();
  }).not.toThrow();
});
