import { once } from "node:events";
import { expect, test } from "vitest";
import { isSameProcess, processStartTime } from "../../src/platform/process-identity.js";
import { macosStartTime } from "../../src/platform/process-identity.macos.js";
import { useProcess } from "./support.js";

test("a start time stays the same while the process lives, and tells it from another", async () => {
  const child = useProcess("sleep", ["1000"]);
  const startTime = processStartTime(child.pid) as string;
  expect(startTime).toMatch(/^[0-9a-f-]{36}\/\d+$/);
  expect(isSameProcess(child.pid, startTime)).toBe(true);
  expect(isSameProcess(process.pid, startTime)).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(processStartTime(child.pid)).toBeUndefined();
  expect(isSameProcess(child.pid, startTime)).toBe(false);
});

test("the way of macOS, by ps, does the same", async () => {
  const child = useProcess("sleep", ["1000"]);
  const startTime = macosStartTime(child.pid);
  expect(startTime).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
  expect(macosStartTime(child.pid)).toBe(startTime);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(macosStartTime(child.pid)).toBeUndefined();
});
