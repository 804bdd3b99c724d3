import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { IsolationOptions } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";
import { DevtoolsClient, targetsOf } from "../helpers/devtools-client.js";
import { isolationError } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";

const HOST = fileURLToPath(new URL("../fixtures/inspection/host.mjs", import.meta.url));
const MODULE = fileURLToPath(new URL("../fixtures/inspection/module.mjs", import.meta.url));

/** The line of `return greeting`, from 0. */
const LINE = 2;

interface HostStart {
  readonly names?: readonly string[];
  readonly options?: IsolationOptions;
  readonly opensLater?: boolean;
  readonly execArgv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** A host in a process of its own, which is started with flags. */
class Host {
  readonly #child: ChildProcess;
  #stderr = "";
  #ids = 0;
  #isReady = false;

  constructor({ names = ["alpha"], options = {}, opensLater = false, execArgv = [], env = {} }: HostStart) {
    const args = [JSON.stringify({ names, options, opensLater })];
    const stdio = ["ignore", "ignore", "pipe", "ipc"] as const;
    this.#child = fork(HOST, args, { execArgv: [...execArgv], env: { ...process.env, ...env }, stdio: [...stdio] });
    this.#child.setMaxListeners(50);
    this.#child.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
    onTestFinished(async () => {
      const exit = once(this.#child, "exit");
      if (this.#isReady) this.#child.send({ method: "end" });
      else this.#child.kill("SIGKILL");
      await exit;
    });
  }

  async ready(): Promise<void> {
    await this.#message((message) => message.ready === true);
    this.#isReady = true;
  }

  async call(name: string, method: string, ...args: unknown[]): Promise<Record<string, unknown>> {
    this.#ids += 1;
    const id = this.#ids;
    const answer = this.#message((message) => message.id === id);
    this.#child.send({ name, method, args, id });
    return answer;
  }

  /** What the host has said of a generation's inspector. */
  async urlOf(name: string, generation = 1): Promise<string> {
    return this.urlIn(
      new RegExp(`Debugger of isolate ${name} \\(generation ${generation}, pid \\d+\\).* listening on (ws:\\S+)`),
    );
  }

  async urlIn(pattern: RegExp): Promise<string> {
    await expect.poll(() => this.#stderr, { timeout: 20_000, interval: 20 }).toMatch(pattern);
    return pattern.exec(this.#stderr)?.[1] ?? "";
  }

  get stderr(): string {
    return this.#stderr;
  }

  #message(is: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      const onMessage = (message: unknown): void => {
        if (!is(message as Record<string, unknown>)) return;
        this.#child.off("message", onMessage);
        resolve(message as Record<string, unknown>);
      };
      this.#child.on("message", onMessage);
    });
  }
}

async function attach(url: string): Promise<DevtoolsClient> {
  const client = await DevtoolsClient.connect(url);
  onTestFinished(() => client.close());
  await client.send("Runtime.enable");
  await client.send("Debugger.enable");
  return client;
}

/** Stops in the module, looks at a variable, and goes on. */
async function debug(host: Host, name: string, url: string, pauseMs = 0): Promise<unknown> {
  const client = await attach(url);
  await client.send("Debugger.setBreakpointByUrl", { lineNumber: LINE, urlRegex: ".*inspection/module\\.mjs.*" });
  const called = host.call(name, "work", name);
  const { callFrames } = (await client.event("Debugger.paused")) as unknown as {
    callFrames: { callFrameId: string }[];
  };
  const { result } = (await client.send("Debugger.evaluateOnCallFrame", {
    callFrameId: callFrames[0]?.callFrameId,
    expression: "greeting",
  })) as { result?: { value?: unknown } };
  await sleep(pauseMs);
  await client.send("Debugger.resume");
  expect(await called).toMatchObject({ value: `hello ${name}` });
  client.close();
  return result?.value;
}

describe("a host with --inspect", () => {
  test("has an inspector for each isolate, with its name, and breakpoints hold in several at once", async () => {
    const names = ["alpha", "beta", "gamma"];
    const host = new Host({ names, execArgv: ["--inspect=0"] });
    await host.ready();
    const urls = await Promise.all(names.map((name) => host.urlOf(name)));
    expect(new Set(urls.map((url) => new URL(url).port)).size).toBe(3);
    const titles = await Promise.all(urls.map(async (url) => (await targetsOf(url)).map(({ title }) => title)));
    expect(titles).toEqual(names.map((name) => [name]));
    const seen = await Promise.all(names.map((name, index) => debug(host, name, urls[index] ?? "")));
    expect(seen).toEqual(names.map((name) => `hello ${name}`));
  });

  test("has another one for the process after a crash, where breakpoints hold, too", async () => {
    const host = new Host({ execArgv: ["--inspect=0"] });
    await host.ready();
    const first = await host.urlOf("alpha");
    await debug(host, "alpha", first);
    expect(await host.call("alpha", "die")).toMatchObject({ code: "CRASHED" });
    const second = await host.urlOf("alpha", 2);
    expect(second).not.toBe(first);
    expect((await targetsOf(second)).map(({ title }) => title)).toEqual(["alpha"]);
    expect(await debug(host, "alpha", second)).toBe("hello alpha");
  });

  test("ends no process that somebody looks at for longer than it may take to answer", async () => {
    const host = new Host({ execArgv: ["--inspect=0"], options: { unresponsiveAfterMs: 100 } });
    await host.ready();
    expect(await debug(host, "alpha", await host.urlOf("alpha"), 700)).toBe("hello alpha");
    expect(host.stderr).not.toContain("generation 2");
  });

  test("shows modules the process as it is without", async () => {
    const host = new Host({ execArgv: ["--inspect=0"] });
    await host.ready();
    expect(await host.call("alpha", "seen")).toMatchObject({ value: { argv: ["alpha"], execArgv: [], globals: [] } });
  });

  test("leaves out the isolates that say so", async () => {
    const host = new Host({ execArgv: ["--inspect=0"], options: { inspect: false } });
    await host.ready();
    expect(await host.call("alpha", "work", "x")).toMatchObject({ value: "hello x" });
    expect(host.stderr).not.toContain("Debugger of isolate");
  });
});

test("the flag may be in NODE_OPTIONS, also where isolates inherit those: no port is asked for twice", async () => {
  const host = new Host({ env: { NODE_OPTIONS: "--inspect=0 --no-warnings" }, options: { inheritEnv: true } });
  await host.ready();
  expect(await debug(host, "alpha", await host.urlOf("alpha"))).toBe("hello alpha");
  expect(host.stderr.match(/^Debugger listening on/gm)).toHaveLength(1);
});

test("an inspector that the host opens later reaches the isolates that are started then", async () => {
  const host = new Host({ opensLater: true });
  await host.ready();
  expect(await debug(host, "later", await host.urlOf("later"))).toBe("hello later");
  expect(host.stderr).not.toContain("isolate alpha");
});

test("with --inspect-brk each isolate waits, and stops before its first module", { timeout: 60_000 }, async () => {
  const host = new Host({ execArgv: ["--inspect-brk=0"], options: { startTimeoutMs: 4_000, preload: true } });
  const own = await attach(await host.urlIn(/^Debugger listening on (ws:\S+)/m));
  await own.send("Runtime.runIfWaitingForDebugger");
  await own.event("Debugger.paused");
  await own.send("Debugger.resume");
  const url = await host.urlIn(
    /Debugger of isolate alpha \(generation 1, pid \d+, waiting for one\) listening on (ws:\S+)/,
  );
  // It loads its module before it takes calls, and so waits for longer than a start may take.
  await sleep(4_500);
  const client = await attach(url);
  await client.send("Runtime.runIfWaitingForDebugger");
  await client.event("Debugger.paused");
  await client.send("Debugger.resume");
  await host.ready();
  expect(await host.call("alpha", "work", "x")).toMatchObject({ value: "hello x" });
});

test("without a flag there is no inspector; with inspect: true there is one, which nobody waits for", async () => {
  const plain = await useIsolator();
  expect(await plain.invoke(MODULE, "work", ["x"])).toBe("hello x");
  expect(await plain.invoke("node:inspector", "url")).toBeUndefined();
  const inspected = await useIsolator({ inspect: true, name: "inspected" });
  const { isolate, url } = await new Promise<{ isolate: string; url: string }>((resolve) => {
    inspected.events.once("debugger", resolve);
  });
  expect(isolate).toBe("inspected");
  expect((await targetsOf(url)).map(({ title }) => title)).toEqual(["inspected"]);
  expect(await inspected.invoke(MODULE, "work", ["x"])).toBe("hello x");
  expect((await isolationError(useIsolator({ inspect: "yes" as never }))).message).toContain("inspect must be");
});
