import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";

const HOST = fileURLToPath(new URL("../fixtures/pool/host.mjs", import.meta.url));

/** Runs fixtures/pool/host.mjs; resolves with its report. */
async function startHost(ending: string, options: object = {}) {
  const host = spawn(process.execPath, [HOST, ending, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void host.kill("SIGKILL"));
  const lines: Record<string, unknown>[] = [];
  const output = createInterface({ input: host.stdout });
  output.on("line", (line) => lines.push(JSON.parse(line)));
  const exited = once(host, "close");
  await Promise.race([once(output, "line"), exited]);
  const { pids } = lines.shift() as { pids: number[] };
  const reportedAt = performance.now();
  const ended = exited.then(([code]) => ({ code: code as number | null, afterMs: performance.now() - reportedAt }));
  return { host, pids, lines, ended };
}

async function expectNothingLeft(pids: readonly number[]): Promise<void> {
  await until(() => !pids.some((pid) => isAlive(pid)), 3_000);
}

test.each([
  ["that is kept", { min: 2, max: 2 }],
  ["with spares", { max: 2, spares: 2, recycle: { afterCalls: 1 } }],
])("an idle pool %s does not keep the host alive", async (_, options) => {
  const { pids, ended } = await startHost("idle", options);
  const { code, afterMs } = await ended;
  expect(code).toBe(0);
  expect(afterMs).toBeLessThan(3_000);
  await expectNothingLeft(pids);
});

test("calls that run or wait do, until they are answered", async () => {
  const { pids, ended, lines } = await startHost("calls", { min: 1, max: 1 });
  expect((await ended).code).toBe(0);
  expect(lines).toEqual([{ answered: true }]);
  await expectNothingLeft(pids);
});

test("nothing is left of a host that is killed while all are busy", async () => {
  const { host, pids, ended } = await startHost("busy", { min: 4, max: 4 });
  expect(pids.length).toBe(4);
  host.kill("SIGKILL");
  await ended;
  await expectNothingLeft(pids);
});

test("nothing is left of a host that exits while all are busy", async () => {
  const { pids, ended } = await startHost("exit", { min: 2, max: 2 });
  expect((await ended).code).toBe(5);
  await expectNothingLeft(pids);
});
