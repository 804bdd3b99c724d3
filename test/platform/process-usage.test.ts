import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { processUsage } from "../../src/platform/process-usage.js";
import { until, useProcess } from "./support.js";

describe.runIf(process.platform === "linux")("on Linux", () => {
  test("usage agrees with what the process knows of itself", () => {
    const usage = processUsage(process.pid);
    const { user, system } = process.cpuUsage();
    expect(usage?.rssBytes).toBeGreaterThan(process.memoryUsage.rss() * 0.8);
    expect(usage?.rssBytes).toBeLessThan(process.memoryUsage.rss() * 1.2);
    expect(Math.abs((usage?.cpuSeconds ?? 0) - (user + system) / 1e6)).toBeLessThan(0.2);
  });

  test("the processor time of a busy process grows, and a process that is gone uses nothing", async () => {
    const child = useProcess("sh", ["-c", "while :; do :; done"]);
    await until(() => (processUsage(child.pid)?.cpuSeconds ?? 0) >= 0.05);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(processUsage(child.pid)).toBeUndefined();
  });
});
