import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { useDirectory } from "../helpers/use-directory.js";
import { kernelFixture } from "./use-kernel.js";

const run = promisify(execFile);

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return String(port);
}

// Node.js shares what its workers listen on: one kernel would get the clients of the other.
test.skipIf(process.platform === "win32")("kernels in workers of one cluster share no socket and no port", async () => {
  const args = [kernelFixture("cluster.mjs"), join(useDirectory(), "door.sock"), await freePort()];
  const { stdout } = await run(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual(["started", "INVALID_OPTION", "started", "INVALID_OPTION"]);
});
