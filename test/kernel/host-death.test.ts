import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { Kernel } from "process-isolation/kernel";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { readLine } from "../helpers/read-line.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { kernelFixture, useKernel } from "./use-kernel.js";

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

test.skipIf(process.platform === "win32")("a kernel takes the socket of one whose host was killed", async () => {
  const socket = join(useDirectory(), "door.sock");
  const isolates = { store: { module: kernelFixture("store.mjs") } };
  const program = `
    import { Kernel } from "process-isolation/kernel";
    await Kernel.start(${JSON.stringify({ isolates, socket })});
    console.log("ready");
    setInterval(() => {}, 60_000);`;
  const host = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void host.kill("SIGKILL"));
  expect(await readLine(host.stdout)).toBe("ready");
  expect(await isolationError(Kernel.start({ isolates, socket }))).toMatchObject({
    code: "INVALID_OPTION",
    message: expect.stringContaining("is that kernel running?"),
  });
  host.kill("SIGKILL");
  await once(host, "exit");
  expect(existsSync(socket)).toBe(true);
  const kernel = await useKernel({ isolates, socket });
  const { token } = kernel.tokens.create({ scopes: ["operate"] });
  const connected = await Kernel.connect(socket, { token });
  onTestFinished(() => connected.close());
  expect(connected.pid).toBe(process.pid);
});

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
