import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Redis on a unix socket that keeps nothing. */
export async function startRedis() {
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  const path = join(directory, "s");
  const where = ["--port", "0", "--unixsocket", path, "--dir", directory];
  const child = spawn("redis-server", [...where, "--save", "", "--appendonly", "no"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve, reject) => {
    let output = "";
    child.once("error", reject);
    child.stdout.on("data", (/** @type {Buffer} */ chunk) => {
      output += chunk;
      if (output.includes("eady to accept connections")) resolve(undefined);
    });
  });
  return {
    connection: { path, maxRetriesPerRequest: null },
    stop: async () => {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
