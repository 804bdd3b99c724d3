import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";
import { kernelFixture } from "./use-kernel.js";

test.each(["SIGKILL", "SIGTERM", "SIGSEGV"] as const)(
  "nothing is left of a kernel whose host dies by %s",
  async (signal) => {
    const host = spawn(process.execPath, [kernelFixture("host.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void host.kill("SIGKILL"));
    const [line] = (await once(createInterface({ input: host.stdout }), "line")) as [string];
    const { pids, socket } = JSON.parse(line) as { pids: number[]; socket: string };
    expect(pids).toHaveLength(3);
    expect(pids.every(isAlive)).toBe(true);
    expect(existsSync(socket)).toBe(true);
    host.kill(signal);
    await once(host, "exit");
    await until(() => !pids.some(isAlive) && !existsSync(socket), 10_000);
  },
);

test("an exhausted kernel ends its host where the manifest says so, and says why", async () => {
  const host = spawn(process.execPath, [kernelFixture("exit-host.mjs")], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void host.kill("SIGKILL"));
  const [output, errors, [code]] = await Promise.all([text(host.stdout), text(host.stderr), once(host, "close")]);
  expect(errors).toBe("the kernel shop ends its host: store was one failure too many: 1 within 10000 ms\n");
  expect(code).toBe(1);
  const pids = JSON.parse(output) as number[];
  expect(pids).toHaveLength(2);
  expect(pids.some(isAlive)).toBe(false);
});
