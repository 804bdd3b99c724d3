import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";
import { type PayloadHost, usePayloadHost } from "./use-payload-host.js";

const MIB = 1024 * 1024;
const LENGTH = 128 * MIB;

/** The host's segments that begin so, with how many bytes are in them. */
function segments({ memory }: PayloadHost, prefix: string): { path: string; size: number }[] {
  if (memory === undefined || !existsSync(memory)) return [];
  return readdirSync(memory, { recursive: true, encoding: "utf8" })
    .filter((path) => path.split("/")[1]?.startsWith(prefix))
    .map((path) => ({ path, size: statSync(join(memory, path), { throwIfNoEntry: false })?.size ?? 0 }));
}

/** Resolves, within a turn of the event loop, when a segment has bytes in it: half of the payload, or all of it. */
async function untilWritten(host: PayloadHost, prefix: string, share: "part" | "whole"): Promise<number> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const size = Math.max(0, ...segments(host, prefix).map((segment) => segment.size));
    if (share === "part" ? size > 0 : size === LENGTH) return size;
    if (performance.now() > deadline) throw new Error(`no ${prefix} segment had its bytes in time`);
    await nextTurn();
  }
}

async function expectNothingLeft({ host, pid, memory }: PayloadHost): Promise<void> {
  expect(memory).toMatch(/^\/dev\/shm\/pi-/);
  await until(() => ![host, pid].some((one) => isAlive(one)) && !existsSync(memory as string), 10_000);
}

describe.skipIf(process.platform !== "linux")("nothing is left in shared memory", () => {
  test("after a host that has shut its isolate down, with segments kept for reuse", async () => {
    const host = await usePayloadHost("echo", [40_000, 3 * MIB, 70 * MIB, 100]);
    const reports = await host.reports;
    expect(reports.slice(0, -1)).toMatchObject(new Array(4).fill({ same: true, samePid: true }));
    expect(reports.at(-1)).toEqual({ segments: 0 });
    await expectNothingLeft(host);
  });

  test("after a host that ends with process.exit() while a payload is in use", async () => {
    const host = await usePayloadHost("exit", [20 * MIB]);
    expect(await host.reports).toEqual([{ segments: expect.arrayContaining([expect.stringMatching(/\/h\d+$/)]) }]);
    await expectNothingLeft(host);
  });

  describe.each([
    ["while it writes a large argument", "send", "h", "part"],
    ["while its process reads a large argument", "send", "h", "whole"],
    ["while its process writes a large result", "receive", "p", "part"],
    ["while it reads a large result", "receive", "p", "whole"],
  ] as const)("%s", (_, action, prefix, share) => {
    test("the host is killed", async () => {
      const host = await usePayloadHost(action, [LENGTH]);
      await untilWritten(host, prefix, share);
      host.kill("SIGKILL");
      await expectNothingLeft(host);
    });

    test("the process is killed, and its segments go before the next one begins", async () => {
      const host = await usePayloadHost(action, [LENGTH]);
      await untilWritten(host, prefix, share);
      process.kill(host.pid, "SIGKILL");
      const reports = await host.reports;
      // Only the answer may have been quicker than the signal; the segments are then those of a process that lives.
      if (reports.length > 1) expect(reports).toEqual([{ code: "CRASHED" }, { segments: [] }]);
      await expectNothingLeft(host);
    });
  });

  test("after both have been killed at once", async () => {
    const host = await usePayloadHost("receive", [LENGTH]);
    await untilWritten(host, "p", "part");
    process.kill(host.pid, "SIGKILL");
    host.kill("SIGKILL");
    await expectNothingLeft(host);
  });
});
