import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import type { Duplex } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createDescriptorLane, Session } from "../../src/session/index.js";
import { fixture } from "../helpers/fixture.js";
import { readLine } from "../helpers/read-line.js";
import { pihost } from "./use-pihost.js";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.mjs", import.meta.url));

function useChild(flags: readonly string[] = []) {
  const child = spawn(process.execPath, [...flags, MAIN, "child", "from-elsewhere"], {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [, stdout, , lifeline, descriptor] = child.stdio as unknown as [null, Duplex, Duplex, Duplex, Duplex];
  return { child, stdout, lifeline, descriptor };
}

const values = fixture("values.mjs");

test("pihost child is an isolate of whoever starts it, by descriptors 3 and 4 alone", async () => {
  const { child, lifeline, descriptor } = useChild(["--max-old-space-size=77"]);
  const { hello } = JSON.parse(await readLine(lifeline)) as { hello: Record<string, unknown> };
  expect(hello).toMatchObject({ protocol: 1, pid: child.pid, sessionOnDescriptor: true });
  const from = pathToFileURL(`${dirname(values)}/`).href;
  const go = { protocol: 1, token: "0".repeat(64), isolate: "x", generation: 1, from, sessionOnDescriptor: true };
  lifeline.write(`${JSON.stringify({ go })}\n`);
  expect(JSON.parse(await readLine(lifeline))).toEqual({ ready: {} });
  const handler = { resolve: () => () => {}, run: () => {} };
  const session: Session = new Session(createDescriptorLane(descriptor), {
    handler,
    onLost: (error) => session.close(error),
  });
  const call = (module: string, method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) =>
      session.call({ kind: "module", module, method }, args, { resolve, reject, lost: reject }),
    );
  expect(await call(values, "add", [1, 2])).toBe(3);
  const { heapLimitBytes } = (await call("pihost:", "status", [])) as { heapLimitBytes: number };
  expect(heapLimitBytes).toBeLessThan(200 * 2 ** 20);
  const exited = once(child, "exit");
  await call("pihost:", "shutdown", ["over", 1_000]);
  expect(await exited).toEqual([0, null]);
});

test("pihost child ends with its host, whatever runs", async () => {
  const { child, lifeline } = useChild();
  await readLine(lifeline);
  const exited = once(child, "exit");
  lifeline.destroy();
  expect(await exited).toEqual([null, "SIGKILL"]);
});

test("pihost child of a person says what it is for", async () => {
  const { code, stderr } = await pihost(["child"]);
  expect(code).toBe(2);
  expect(stderr).toContain("child is started by a host, with a socket as descriptor 3");
  expect((await pihost(["child", "--help"])).stdout).toContain("descriptors 3 and 4");
});
