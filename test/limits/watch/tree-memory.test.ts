import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { LinuxTreeMemory, sumOfFields } from "../../../src/limits/watch/tree-memory.linux.js";
import { sumTree } from "../../../src/limits/watch/tree-memory.macos.js";
import { killTree } from "../../../src/platform/index.js";
import { fixture } from "../use-limits.js";

async function useHolder(bytes: number): Promise<number> {
  const child = spawn(process.execPath, [fixture("hold"), `${bytes}`], { detached: true });
  onTestFinished(() => killTree(child.pid as number, "SIGKILL").then(() => {}));
  await once(child.stdout, "data");
  return child.pid as number;
}

test.runIf(process.platform === "linux")(
  "the memory of a tree is what it holds, exactly so above the bound",
  async () => {
    const root = await useHolder(100_000_000);
    const memory = new LinuxTreeMemory(root);
    const roughly = (await memory.measure(Number.POSITIVE_INFINITY)) ?? 0;
    const exactly = (await memory.measure(1)) ?? 0;
    expect(roughly).toBeGreaterThan(100_000_000);
    expect(roughly).toBeLessThan(150_000_000);
    expect(exactly).toBeGreaterThan(100_000_000);
    expect(exactly).toBeLessThanOrEqual(roughly);
    await killTree(root, "SIGKILL");
    await expect.poll(() => memory.measure(1)).toBeUndefined();
    memory.close();
  },
);

test("a status of the kernel is added up; a zombie's has no such lines", () => {
  const status =
    "Name:\tx\nRssAnon:\t     148 kB\nRssFile:\t    2036 kB\nRssShmem:\t       4 kB\nVmSwap:\t       8 kB\n";
  expect(sumOfFields(status, ["RssAnon", "RssShmem", "VmSwap"])).toBe(160 * 1_024);
  expect(sumOfFields("Name:\tx\nState:\tZ (zombie)\n", ["RssAnon"])).toBeUndefined();
});

test("from ps, group and descendants count, and nobody else", () => {
  const lines =
    "    1     0     1  1000\n   50     1    50  10\n   51    50    51  20\n   52     1    50  40\n   60     1    60  80\n";
  expect(sumTree(50, lines)).toBe(70 * 1_024);
  expect(sumTree(99, lines)).toBeUndefined();
});

test.skipIf(process.platform === "win32")("ps answers as it is read", async () => {
  const root = await useHolder(50_000_000);
  const lines = execFileSync("ps", ["-axo", "pid=,ppid=,pgid=,rss="], { encoding: "utf8" });
  expect(sumTree(root, lines)).toBeGreaterThan(50_000_000);
});
