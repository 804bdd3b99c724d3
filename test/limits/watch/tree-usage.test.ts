import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseMember, TreeUsage } from "../../../src/limits/watch/tree-usage.linux.js";

const LINE =
  "4242 (a) S (b) R 1 4240 4240 0 -1 4194304 1 2 3 4 100 50 7 3 20 0 9 0 123456 1000 500 18446744073709551615";

test("a line of the kernel is parsed past a command with parentheses; times of children count", () => {
  expect(parseMember(LINE)).toEqual({ pid: 4242, groupId: 4240, threads: 9, cpuMs: 1_600 });
});

test.each(["Z", "X"])("a process in state %s uses nothing any more", (state) => {
  expect(parseMember(LINE.replace(" R ", ` ${state} `))).toBeUndefined();
});

test.runIf(process.platform === "linux")("a tree is its root at least, and nothing once that is gone", async () => {
  expect(parseMember(readFileSync("/proc/self/stat", "latin1"))?.threads).toBeGreaterThan(1);
  const usage = new TreeUsage(process.ppid);
  for (let look = 0; look < 2; look += 1) {
    expect((await usage.look()).map(({ pid }) => pid)).toContain(process.ppid);
  }
  usage.close();
  expect(await usage.look()).toEqual([]);
  expect(await new TreeUsage(2 ** 22).look()).toEqual([]);
});
