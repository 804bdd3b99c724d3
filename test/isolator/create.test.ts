import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ProcessIsolator } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent, recordEvents } from "../helpers/record-events.js";
import { recordWarnings } from "../helpers/record-warnings.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { activeResources, useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";

describe("an isolator that create has resolved with", () => {
  const isolator = useSharedIsolator({ name: "ready" });

  test("is ready, in its first generation, in another process", () => {
    expect(isolator()).toMatchObject({ name: "ready", state: "ready", generation: 1 });
    expect(isolator().pid).not.toBe(process.pid);
    expect(isAlive(isolator().pid)).toBe(true);
  });

  test("answers without further waiting", async () => {
    expect(await isolator().invoke(fixture("values.mjs"), "add", [1, 2])).toBe(3);
  });

  test.skipIf(process.platform === "win32")("listens on a socket that only its user can reach", () => {
    const { address } = isolator();
    expect(statSync(address).isSocket()).toBe(true);
    expect(statSync(address).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(address)).mode & 0o777).toBe(0o700);
    expect(statSync(dirname(address)).uid).toBe(process.getuid?.());
  });
});

test("names are given by count where there is no name", async () => {
  const first = await useIsolator();
  const second = await useIsolator();
  expect(first.name).toMatch(/^isolate-\d+$/);
  expect(second.name).toMatch(/^isolate-\d+$/);
  expect(second.name).not.toBe(first.name);
});

test("started is emitted once, to whoever listens right after create", async () => {
  const isolator = await ProcessIsolator.create({ name: "first" });
  onTestFinished(() => isolator[Symbol.asyncDispose]());
  const events: object[] = [];
  isolator.events.on("started", (event) => events.push(event));
  await until(() => events.length > 0);
  expect(events).toEqual([{ isolate: "first", generation: 1, pid: isolator.pid }]);
});

test("output before and during the handshake disturbs nothing", async () => {
  const lines: string[] = [];
  const isolator = await useIsolator({ execArgv: ["--require", fixture("noisy.cjs")] });
  isolator.events.on("stdout", ({ line }) => lines.push(line));
  expect(await isolator.invoke(fixture("values.mjs"), "add", [1, 2])).toBe(3);
  await until(() => lines.includes("more noise"));
});

test("started comes first, also when the process dies at once", async () => {
  const isolator = await useIsolator();
  const events = recordEvents(isolator);
  process.kill(isolator.pid, "SIGKILL");
  await until(() => events.length >= 4);
  expect(events.map(({ name }) => name)).toEqual(["started", "exited", "restarting", "restarted"]);
});

test("a dozen starts at once do not get into each other's way, nor make Node.js warn", async () => {
  const warnings = recordWarnings();
  const isolators = await Promise.all(Array.from({ length: 12 }, () => useIsolator()));
  const pids = await Promise.all(isolators.map((isolator) => isolator.invoke(fixture("deaths.mjs"), "pid")));
  expect(pids).toEqual(isolators.map(({ pid }) => pid));
  expect(new Set(pids).size).toBe(12);
  expect(new Set(isolators.map(({ address }) => address)).size).toBe(12);
  expect(warnings).toEqual([]);
});

test("with debug, whoever listens right after create hears where to attach, and the first call waits", async () => {
  const isolator = await useIsolator({ debug: true });
  const heard = nextEvent(isolator, "debugger");
  const call = isolationError(isolator.invoke(fixture("values.mjs"), "add", [1, 2]));
  let url = "";
  void heard.then((event) => {
    url = event.url;
  });
  await until(() => url !== "", 2_000);
  expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\//);
  await isolator.terminate();
  expect((await call).code).toBe("STOPPED");
});

test("cwd is where the process runs, from is where names are resolved", async () => {
  const cwd = useDirectory();
  const isolator = await useIsolator({ cwd, from: fixture("values.mjs") });
  expect(await isolator.invoke(fixture("environment.mjs"), "directory")).toBe(cwd);
  expect(await isolator.invoke("./values.mjs", "add", [2, 2])).toBe(4);
});

test.runIf(process.platform === "linux")(
  "creating and disposing again and again leaves no descriptor and no handle",
  async () => {
    const cycle = async (): Promise<void> => {
      await using isolator = await ProcessIsolator.create();
      await isolator.invoke(fixture("values.mjs"), "add", [1, 2]);
    };
    // The first one starts what all share: the reaper, the host's directory.
    await cycle();
    const descriptors = readdirSync("/proc/self/fd").length;
    const resources = activeResources().size;
    for (let round = 0; round < 5; round += 1) await cycle();
    await until(() => readdirSync("/proc/self/fd").length <= descriptors);
    expect(activeResources().size).toBeLessThanOrEqual(resources);
  },
);

test("the socket is gone with its isolator, the host's directory with the last of them", async () => {
  const [first, second] = [await ProcessIsolator.create(), await ProcessIsolator.create()];
  const directory = dirname(dirname(first.address));
  expect(dirname(dirname(second.address))).toBe(directory);
  expect(second.address).not.toBe(first.address);
  await first.shutdown();
  expect(existsSync(first.address)).toBe(false);
  expect(existsSync(second.address)).toBe(true);
  await second.shutdown();
  expect(existsSync(directory)).toBe(false);
});

test("new ProcessIsolator() says what to use", () => {
  const Unchecked = ProcessIsolator as unknown as new (options?: object) => ProcessIsolator;
  const refused = expect.objectContaining({
    code: "INVALID_OPTION",
    message: expect.stringContaining("use await ProcessIsolator.create(options), or await isolate(module, options)"),
  });
  expect(() => new Unchecked()).toThrow(refused);
  expect(() => new Unchecked({ name: "x" })).toThrow(refused);
});
