import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { fixture } from "../helpers/fixture.js";
import { until } from "../helpers/until.js";
import { type Host, useHost } from "../helpers/use-host.js";

/** What a dead host may leave behind after this time: nothing. */
const PATIENCE_MS = 2_000;

async function expectNothingLeft({ pids, directory }: Host): Promise<void> {
  await until(() => !pids.some((pid) => isAlive(pid)), PATIENCE_MS);
  await until(() => !existsSync(directory), PATIENCE_MS);
}

describe("a host that has nothing else to do", () => {
  test("ends by itself beside an idle isolator", async () => {
    const host = await useHost("end");
    const { code, afterMs } = await host.ended;
    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(1_000);
    await expectNothingLeft(host);
  });

  test("is kept alive by a running call until that is answered", async () => {
    const host = await useHost("call");
    const { code, afterMs } = await host.ended;
    expect(host.lines).toEqual([{ answer: "in the end" }]);
    expect(code).toBe(0);
    expect(afterMs).toBeGreaterThan(450);
    await expectNothingLeft(host);
  });

  test("is kept alive by waitForExit until the isolator is down", async () => {
    const host = await useHost("wait-for-exit", "idle", { restart: false });
    expect((await host.ended).code).toBe(0);
    expect(host.lines).toEqual([{ code: 6 }]);
    await expectNothingLeft(host);
  });

  test("ends by itself after a start that was given up, although onGeneration goes on", async () => {
    const host = await useHost("start-given-up");
    const { code, afterMs } = await host.ended;
    expect(host.lines).toEqual([{ code: "START_TIMEOUT" }]);
    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(4_000);
    await expectNothingLeft(host);
  });

  test("ends by itself after a shutdown", async () => {
    const host = await useHost("shutdown");
    const { code, afterMs } = await host.ended;
    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(2_000);
    await expectNothingLeft(host);
  });
});

describe("nothing is left of a host that ends", () => {
  test("by process.exit, whose code stays its own", async () => {
    const host = await useHost("exit", "called");
    expect((await host.ended).code).toBe(5);
    await expectNothingLeft(host);
  });

  test("by an uncaught error, reported as without us", async () => {
    const host = await useHost("throw", "called");
    const { code, stderr } = await host.ended;
    expect(code).toBe(1);
    expect(stderr).toContain("Error: on purpose");
    await expectNothingLeft(host);
  });

  describe.skipIf(process.platform === "win32")("by a signal,", () => {
    const signals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const;
    test.each(signals)("%s, which ends it as without us", async (signal) => {
      const host = await useHost("wait", "called");
      host.kill(signal);
      expect(await host.ended).toMatchObject({ code: null, signal });
      await expectNothingLeft(host);
    });

    test.each(["idle", "busy", "stopped", "parent"])("SIGKILL, while its child is %s", async (child) => {
      const host = await useHost("wait", child);
      host.kill("SIGKILL");
      await host.ended;
      await expectNothingLeft(host);
    });
  });
});

describe("onCrash exit-host ends the host", () => {
  test("with the child's exit code", async () => {
    const host = await useHost("crash", "idle", { onCrash: "exit-host" });
    expect((await host.ended).code).toBe(7);
    await expectNothingLeft(host);
  });

  test.skipIf(process.platform === "win32")("with 128 and the signal's number", async () => {
    const host = await useHost("crash-by-signal", "idle", { onCrash: "exit-host" });
    expect((await host.ended).code).toBe(128 + constants.signals.SIGKILL);
    await expectNothingLeft(host);
  });

  test("but not when the end was asked for", async () => {
    const host = await useHost("shutdown", "idle", { onCrash: "exit-host" });
    expect((await host.ended).code).toBe(0);
    await expectNothingLeft(host);
  });
});

test.runIf(process.platform === "linux")(
  "threads that shut their isolates down leave no process, dead or alive",
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [fixture("host-of-threads.mjs")]);
    expect(JSON.parse(stdout)).toEqual([]);
  },
);
