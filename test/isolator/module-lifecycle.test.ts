import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type IsolationOptions, isolate, ProcessIsolator, type Remote } from "process-isolation";
import { expect, onTestFinished, test } from "vitest";
import { fixture } from "../helpers/fixture.js";
import { nextEvent } from "../helpers/record-events.js";
import { isolationError } from "../helpers/rejection.js";
import { useDirectory } from "../helpers/use-directory.js";
import { useIsolate } from "../helpers/use-isolate.js";

type Lifecycle = typeof import("../fixtures/isolator/with-lifecycle.mjs");
type Plugin = typeof import("../fixtures/isolator/plugin.mjs");

const MODULE = fixture("with-lifecycle.mjs");

/** The module, and what it has noted so far, without the pids. */
async function useModule(options: IsolationOptions<Remote<Lifecycle>> = {}) {
  const log = join(useDirectory(), "log");
  const isolated = await useIsolate<Lifecycle>(MODULE, { ...options, env: { LIFECYCLE_LOG: log } });
  const lines = (): string[] => readFileSync(log, "utf8").trim().split("\n");
  return { ...isolated, lines, notes: () => lines().map((line) => line.replace(/^\d+ /, "")) };
}

test("start() ends before the first call, in every process, and stop() before the process does", async () => {
  const { api, isolator, notes } = await useModule();
  expect(await Promise.all([api.work(1), api.work(2)])).toEqual([1, 2]);
  await api.crash().catch(() => {});
  await api.work(3);
  await isolator.recycle();
  await api.work(4);
  const outcome = await isolator.shutdown();
  expect(outcome).toMatchObject({ kind: "exited", code: 0, forced: false });
  const before = ["start", "started", "work 1", "work 2", "start", "started", "work 3"];
  expect(notes().slice(0, before.length)).toEqual(before);
  // The one that was replaced stops while its successor starts.
  expect(notes().slice(before.length).sort()).toEqual(
    ["stop", "stopped", "start", "started", "work 4", "stop", "stopped"].sort(),
  );
});

test("of a spare, start() runs when it takes over", async () => {
  const { api, isolator, lines } = await useModule({ standby: 1 });
  await api.work(1);
  await api.crash().catch(() => {});
  await api.work(2);
  const pids = lines().map((line) => Number.parseInt(line, 10));
  expect(new Set(pids).size).toBe(2);
  expect(pids.at(-1)).toBe(isolator.pid);
});

test("with preload, isolate() resolves once start() has", async () => {
  const { notes } = await useModule({ preload: true });
  expect(notes()).toEqual(["start", "started"]);
});

test.each([
  ["fails", "START_FAILED", "no database"],
  ["dies", "START_FAILED", "exited with code 9"],
  ["hangs", "START_TIMEOUT", "startTimeoutMs"],
])("a start() that %s fails the start of a process that preloads it", async (how, code, why) => {
  const { isolator, api } = await useModule({ preload: true, startTimeoutMs: 2_500 });
  await isolator.setData("start", how);
  const error = await isolationError(isolator.recycle());
  expect(error.code).toBe(code);
  expect(error.message).toContain(why);
  expect(await api.work(1)).toBe(1);
});

test("without preload, the call hears that start() failed, and the next one tries again", async () => {
  const { isolator, api } = await useModule();
  await isolator.setData("start", "fails");
  const error = await isolationError(api.work(1));
  expect(error).toMatchObject({ code: "MODULE_FAILED", cause: expect.any(RangeError) });
  expect(error.message).toContain("start() of");
  await isolator.setData("start", "works");
  expect(await api.work(2)).toBe(2);
});

test("a stop() that fails is said on stderr, and the process ends in order all the same", async () => {
  const { isolator, api } = await useModule();
  await api.work(1);
  await isolator.setData("stop", "fails");
  const said: string[] = [];
  isolator.events.on("stderr", ({ line }) => said.push(line));
  expect(await isolator.shutdown()).toMatchObject({ code: 0, forced: false });
  expect(said.join("\n")).toMatch(/stop\(\) of .*with-lifecycle\.mjs failed: RangeError: cannot close/);
});

test("a call that only stop() ends does end, within the grace", async () => {
  const { isolator, api } = await useModule();
  let begun = (): void => {};
  const running = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const served = api.serve(begun);
  await running;
  const outcome = await isolator.shutdown({ graceMs: 2_000 });
  expect(await served).toBe("served");
  expect(outcome.forced).toBe(false);
});

test("the signal of a running call fires when the drain begins, and its answer still arrives", async () => {
  const log = join(useDirectory(), "log");
  const { isolator, api } = await useIsolate<Plugin>(fixture("plugin.mjs"));
  let begun = (): void => {};
  const running = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const draining = api.untilDraining(log, begun);
  await running;
  await isolator.shutdown({ graceMs: 5_000 });
  expect(await draining).toBe("finished");
  expect(readFileSync(log, "utf8")).toBe("signal STOPPED\n");
});

test("a start or stop with parameters is for callers, and left alone", async () => {
  type Callers = { start(port: number): void; stop(reason: string): string; whatStarted(): unknown };
  const { api } = await useIsolate<Callers>(fixture("with-start-of-callers.mjs"));
  expect(await api.whatStarted()).toBe("nothing");
  await api.start(80);
  expect(await api.whatStarted()).toBe(80);
});

test.each([
  [{ lifecycle: false }, "not started"],
  [{ lifecycle: [fixture("plugin.mjs")] }, "not started"],
] as const)("with %o the exports are callers' too", async (options, message) => {
  const { api } = await useIsolate<Lifecycle>(MODULE, options);
  await expect(api.work(1)).rejects.toThrow(message);
});

test("with create() none is a module's own, unless the option says so", async () => {
  const plain = await ProcessIsolator.create();
  const all = await ProcessIsolator.create({ lifecycle: true });
  onTestFinished(async () => void (await Promise.all([plain.shutdown(), all.shutdown()])));
  await expect(plain.invoke(MODULE, "work", [1])).rejects.toThrow("not started");
  expect(await all.invoke(MODULE, "work", [1])).toBe(1);
});

test("a module that cannot be loaded fails at isolate() when it is preloaded", async () => {
  const missing = await isolationError(isolate("./no-such-module.mjs", { name: "missing", preload: true }));
  expect(missing).toMatchObject({ code: "MODULE_NOT_FOUND", facts: { isolate: "missing", generation: 1 } });
  const broken = await isolationError(ProcessIsolator.create({ preload: [fixture("fails-to-load.mjs")] }));
  expect(broken.code).toBe("MODULE_FAILED");
  const late = await isolate("./no-such-module.mjs");
  onTestFinished(() => void late.isolator.shutdown());
});

test("a process that cannot load what is preloaded is no successor", async () => {
  const { isolator } = await useIsolate<Plugin>(fixture("plugin.mjs"), { preload: [fixture("plugin.mjs")] });
  const failed = nextEvent(isolator, "recycled");
  await isolator.recycle();
  expect((await failed).pid).toBe(isolator.pid);
});

test.each([
  [{ preload: "x" }, "preload must be true, false or an array of modules"],
  [{ preload: [1] }, "preload[0] must be a path, a package name or a file URL"],
  [{ lifecycle: 1 }, "lifecycle must be true, false or an array of modules"],
])("%o is refused", async (options, message) => {
  expect((await isolationError(isolate(MODULE, options as never))).message).toContain(message);
});

test("preload: true needs a module", async () => {
  const error = await isolationError(ProcessIsolator.create({ preload: true }));
  expect(error.message).toContain("preload must be an array of modules; true is for isolate()");
});
