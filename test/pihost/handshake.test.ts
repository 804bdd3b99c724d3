import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { FEATURES, VALUE_KINDS } from "../../src/contract/index.js";
import { isAlive } from "../../src/platform/index.js";
import { pihostEntry } from "../../src/process/index.js";
import { ask, bearerOf, useClient } from "../helpers/contract-client.js";
import { fixture } from "../helpers/fixture.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";

interface Pihost {
  readonly child: ChildProcess & { pid: number };
  readonly descriptor: Duplex;
  readonly messages: Record<string, unknown>[];
  readonly stderr: Promise<string>;
  readonly address: string;
  send(message: object | string): void;
  /** The go that a host would send. */
  go(changes?: object): void;
}

interface PihostSetup {
  readonly environment?: NodeJS.ProcessEnv;
  readonly flags?: readonly string[];
  /** How many private descriptors the process inherits: the handshake's, and the Session's. */
  readonly descriptors?: 1 | 2;
}

/** The executable itself, with this test in the place of its host. */
async function usePihost({ environment = {}, flags = [], descriptors = 2 }: PihostSetup = {}): Promise<Pihost> {
  const directory = useDirectory();
  const child = spawn(process.execPath, [...flags, pihostEntry()], {
    stdio: ["ignore", "pipe", "pipe", ...Array<"pipe">(descriptors).fill("pipe")],
    env: { ...process.env, ...environment },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const descriptor = child.stdio[3] as Duplex;
  const messages: Record<string, unknown>[] = [];
  descriptor.on("error", () => {});
  createInterface({ input: descriptor }).on("line", (line) => messages.push(JSON.parse(line)));
  const address = join(directory, "pihost.sock");
  const send = (message: object | string): void => {
    descriptor.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`);
  };
  return {
    child: child as ChildProcess & { pid: number },
    descriptor,
    messages,
    stderr: text(child.stderr as NodeJS.ReadableStream),
    address,
    send,
    go: (changes = {}) => {
      const from = pathToFileURL(`${directory}/`).href;
      send({
        go: { protocol: 1, token: "a".repeat(64), address, isolate: "by-hand", generation: 1, from, ...changes },
      });
    },
  };
}

const exitOf = async (child: ChildProcess): Promise<unknown> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.signalCode ?? child.exitCode;
};

describe("the handshake", () => {
  test("begins with hello, and nothing is served before go", async () => {
    const { child, messages, address } = await usePihost();
    await until(() => messages.length > 0);
    const version = expect.stringMatching(/^\d+\.\d+\.\d+/);
    const runtime = `node ${process.version}`;
    expect(messages).toEqual([
      {
        hello: {
          ...{ protocol: 1, oldestProtocol: 1, pid: child.pid, runtime, version },
          ...{ sessionOnDescriptor: true, sharedMemory: true, checksIntegrity: true },
          ...{ features: FEATURES, values: VALUE_KINDS },
        },
      },
    ]);
    expect(existsSync(address)).toBe(false);
  });

  test("ends with ready, when the socket accepts connections", async () => {
    const { messages, address, go } = await usePihost();
    go();
    await until(() => messages.length > 1);
    expect(messages[1]).toEqual({ ready: {} });
    const client = useClient("pihost/v1/host_service.proto", "pihost.v1.HostService", address);
    const { status } = await ask(client, "Status", {}, bearerOf("a".repeat(64)));
    expect(status).toMatchObject({ isolate: "by-hand", generation: 1 });
  });

  test("puts nothing on stdout and stderr", async () => {
    const { child, messages, go, stderr } = await usePihost();
    const stdout = text(child.stdout as NodeJS.ReadableStream);
    go();
    await until(() => messages.length > 1);
    child.kill("SIGKILL");
    expect(await stdout).toBe("");
    expect(await stderr).toBe("");
  });

  test.each<[string, object | string, string]>([
    ["another protocol version", { go: { protocol: 99 } }, "protocol version 99, this pihost 1"],
    ["something else than go", { stop: {} }, "it must answer hello with go"],
    ["no JSON", "hello there", "it must answer hello with go"],
    ["an empty line", "", "it must answer hello with go"],
  ])("with %s ends with exit code 76 and a reason", async (_, message, reason) => {
    const { child, send, stderr } = await usePihost();
    send(message);
    expect(await exitOf(child)).toBe(76);
    expect(await stderr).toContain(reason);
  });

  test("to an address that cannot be served ends with exit code 69 and a reason", async () => {
    const { child, go, stderr } = await usePihost();
    go({ address: "/not/there/pihost.sock" });
    expect(await exitOf(child)).toBe(69);
    expect(await stderr).toContain("cannot serve /not/there/pihost.sock");
  });

  test("needs no second descriptor: Session is on the socket, too", async () => {
    const { messages, go } = await usePihost({ descriptors: 1 });
    go();
    await until(() => messages.length > 1);
    expect(messages[1]).toEqual({ ready: {} });
  });

  test("may come in pieces", async () => {
    const { descriptor, messages, address } = await usePihost();
    const from = pathToFileURL("/").href;
    const go = { protocol: 1, token: "b".repeat(64), address, isolate: "pieces", generation: 1, from };
    for (const piece of JSON.stringify({ go }).match(/.{1,20}/g) ?? []) {
      descriptor.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    descriptor.write("\n");
    await until(() => messages.length > 1);
    expect(messages[1]).toEqual({ ready: {} });
  });
});

describe.skipIf(process.platform === "win32")("the end of the descriptor ends the process", () => {
  test("before go", async () => {
    const { child, messages, descriptor } = await usePihost();
    await until(() => messages.length > 0);
    descriptor.destroy();
    expect(await exitOf(child)).toBe("SIGKILL");
  });

  test("in the middle of go", async () => {
    const { child, descriptor } = await usePihost();
    descriptor.end('{"go":');
    expect(await exitOf(child)).toBe("SIGKILL");
  });

  test("after ready", async () => {
    const { child, messages, descriptor, go } = await usePihost();
    go();
    await until(() => messages.length > 1);
    descriptor.destroy();
    await until(() => !isAlive(child.pid), 1_000);
  });

  test("while a call runs", async () => {
    const { child, messages, descriptor, address, go } = await usePihost();
    go();
    await until(() => messages.length > 1);
    const client = useClient("pihost/v1/host_service.proto", "pihost.v1.HostService", address);
    const call = ask(client, "Invoke", { module: fixture("deaths.mjs"), method: "never" }, bearerOf("a".repeat(64)));
    call.catch(() => {});
    await ask(client, "Status", {}, bearerOf("a".repeat(64)));
    descriptor.destroy();
    await until(() => !isAlive(child.pid), 1_000);
  });
});

describe("the cache of V8's compiled code only saves time:", () => {
  test.each<[string, (cache: string) => void]>([
    ["it may be missing", () => {}],
    ["it may be no folder", (cache) => writeFileSync(cache, "a file")],
    ["it may hold nonsense", (cache) => plantNonsense(join(cache, "process-isolation"))],
  ])("%s", async (_, prepare) => {
    const cache = join(useDirectory(), "cache");
    prepare(cache);
    const environment = { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, HOME: cache };
    const { messages, go } = await usePihost({ environment });
    go();
    await until(() => messages.length > 1);
    expect(messages[1]).toEqual({ ready: {} });
  });

  /** A damaged file under every name that this build and runtime may look for: the one that a first start writes. */
  function plantNonsense(folder: string): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const own = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "process-isolation");
    for (const name of existsSync(own) ? readdirSync(own) : []) writeFileSync(join(folder, name), "nonsense");
  }
});

test("before go the event loop stands still, so that nothing of the user's can run", async () => {
  const { child, messages, go } = await usePihost({ flags: ["--require", fixture("ticking.cjs")] });
  let ticks = 0;
  child.stdout?.on("data", () => {
    ticks += 1;
  });
  await until(() => messages.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(ticks).toBe(0);
  go();
  await until(() => ticks > 0);
});
