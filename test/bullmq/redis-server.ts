import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { isMissing } from "../helpers/tool-of-the-machine.js";

/** Whether these tests have to be left out. */
export const withoutRedis = isMissing(
  "redis-server (Debian's package redis-server)",
  spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0,
);

/** A Redis of its own on a unix socket, which keeps nothing but what it is told to. */
export class RedisServer {
  readonly directory: string;
  #child: ChildProcess | undefined;

  /** @param keeps whether it has its data again after a stop */
  constructor(readonly keeps = false) {
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), "redis-")));
  }

  /** What BullMQ connects with. */
  get connection(): { path: string; maxRetriesPerRequest: null } {
    return { path: join(this.directory, "s"), maxRetriesPerRequest: null };
  }

  async start(): Promise<void> {
    const { path } = this.connection;
    const keep = this.keeps ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"];
    const where = ["--port", "0", "--unixsocket", path, "--dir", this.directory];
    const child = spawn("redis-server", [...where, "--save", "", ...keep], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      let output = "";
      child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}: ${output}`)));
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk;
        if (output.includes("eady to accept connections")) resolve();
      });
    });
    const probe = createConnection(path);
    await once(probe, "connect");
    probe.destroy();
  }

  /** Kills it, as a machine that goes away does. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    rmSync(this.connection.path, { force: true });
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One server for the tests of a file. */
export function useRedis(keeps = false): RedisServer {
  const server = new RedisServer(keeps);
  beforeAll(() => (withoutRedis ? undefined : server.start()));
  afterAll(() => server.remove());
  return server;
}
