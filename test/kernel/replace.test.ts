import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IsolateEvent } from "process-isolation/kernel";
import { expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { deferred } from "../grpc/deferred.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useDirectory } from "../helpers/use-directory.js";
import { kernelFixture, nextOf, useKernel } from "./use-kernel.js";

type Caller = typeof import("../fixtures/kernel/caller.mjs");
type Store = typeof import("../fixtures/kernel/store.mjs");

const STORE = kernelFixture("store.mjs");

const usePair = () =>
  useKernel({
    isolates: { store: { module: STORE }, caller: { module: kernelFixture("caller.mjs"), uses: { store: "*" } } },
  });

/** Another version of the store. */
function anotherStore(text?: string): string {
  const file = join(useDirectory(), "store.mjs");
  if (text === undefined) copyFileSync(STORE, file);
  else writeFileSync(file, text);
  return file;
}

test("the new version gets all further calls, and the data; the old one finishes its own", async () => {
  const kernel = await usePair();
  const store = kernel.isolate<Store>("store");
  const { pid } = store.isolator;
  await store.isolator.setData("count", 3);
  const rows = store.api.rows(1_000)[Symbol.asyncIterator]();
  await rows.next();
  const replaced = nextOf(kernel, "store", "replaced");
  const file = anotherStore("export const pid = () => process.pid; export const version = () => 2;");
  await kernel.replace("store", { module: file });
  const { isolator } = store;
  expect(await replaced).toMatchObject({ version: 2, pid: isolator.pid, predecessor: { version: 1, pid } });
  expect(await store.api.pid()).toBe(isolator.pid);
  expect(await isolator.getData("count")).toBe(3);
  expect(await kernel.isolate<Caller>("caller").api.call("store", "version")).toBe(2);
  let count = 1;
  for (let next = await rows.next(); next.done !== true; next = await rows.next()) count += 1;
  expect(count).toBe(1_000);
  await until(() => !isAlive(pid));
  expect(kernel.list()[0]).toMatchObject({ version: 2, state: "ready" });
});

test.each([
  ["is not there", "./nowhere.mjs", "MODULE_NOT_FOUND"],
  ["throws while it is loaded", "throw new Error('broken')", "MODULE_FAILED"],
  ["fails to start", "export function start() { throw new Error('no licence') }", "START_FAILED"],
])("a new version that %s leaves the old one serving, and says why", async (_, text, code) => {
  const kernel = await usePair();
  const { api } = kernel.isolate<Store>("store");
  const pid = await api.pid();
  const module = text.startsWith("./") ? text : anotherStore(text);
  expect((await isolationError(kernel.replace("store", { module }))).code).toBe(code);
  expect(await api.pid()).toBe(pid);
  expect(kernel.list()[0]).toMatchObject({ version: 1, state: "ready", module: expect.stringContaining("store.mjs") });
});

test("a new version of a pool that is at rest has to start, too", async () => {
  const store = { module: STORE, instances: { min: 0, max: 2 } };
  const kernel = await useKernel({ isolates: { store } });
  expect(kernel.list()[0]).toMatchObject({ state: "ready", instances: [] });
  const broken = anotherStore("throw new Error('broken')");
  expect((await isolationError(kernel.replace("store", { module: broken }))).code).toBe("MODULE_FAILED");
  expect(await kernel.isolate<Store>("store").api.add(1, 2)).toBe(3);
  await kernel.replace("store", { module: anotherStore("export const version = () => 2;") });
  expect(await kernel.isolate<{ version(): number }>("store").api.version()).toBe(2);
});

test("no call is lost over many replacements, from the host and from another isolate", async () => {
  const kernel = await usePair();
  const store = kernel.isolate<Store>("store").api;
  const caller = kernel.isolate<Caller>("caller").api;
  let isOver = false;
  const calling = Array.from({ length: 16 }, async () => {
    let made = 0;
    for (; !isOver; made += 1) expect(await store.add(made, 1)).toBe(made + 1);
    return made;
  });
  const hammering = (async () => {
    let made = 0;
    for (; !isOver; made += 200) expect(await caller.hammer(200, 16)).toBe(200);
    return made;
  })();
  const file = anotherStore();
  for (let round = 0; round < 10; round += 1) await kernel.replace("store", { module: round % 2 === 0 ? file : STORE });
  isOver = true;
  const made = await Promise.all([...calling, hammering]);
  expect(made.every((count) => count > 0)).toBe(true);
  expect(kernel.list()[0]).toMatchObject({ version: 11, state: "ready" });
});

test("one whose module cannot be started, or that was stopped, is started with the new version", async () => {
  const broken = anotherStore("throw new Error('broken')");
  const kernel = await useKernel({ isolates: { store: { module: broken, essential: false, data: { count: 3 } } } });
  const { api } = kernel.isolate<{ version(): number; pid(): number }>("store");
  expect((await isolationError(kernel.replace("store", { module: broken }))).code).toBe("MODULE_FAILED");
  expect(kernel.list()[0]).toMatchObject({ state: "failed", version: 1 });
  const second = anotherStore("export const pid = () => process.pid; export const version = () => 2;");
  const replaced = nextOf(kernel, "store", "replaced");
  await kernel.replace("store", { module: second });
  expect(await api.version()).toBe(2);
  const { pid } = kernel.isolate("store").isolator;
  expect(await replaced).toMatchObject({ version: 2, pid, predecessor: { version: 1, pid: 0 } });
  expect(await kernel.isolate("store").isolator.getData("count")).toBe(3);
  const restarted = nextOf(kernel, "store", "restarted");
  process.kill(pid, "SIGKILL");
  await restarted;
  const stopping = kernel.stop("store");
  const third = anotherStore("export const version = () => 3;");
  await Promise.all([stopping, kernel.replace("store", { module: third })]);
  expect(await api.version()).toBe(3);
  await kernel.stop("store");
  const [first, other] = await Promise.allSettled([
    kernel.replace("store", { module: broken }),
    kernel.replace("store", { module: second }),
  ]);
  expect([first.status, other.status]).toEqual(["rejected", "fulfilled"]);
  expect(await api.version()).toBe(2);
});

test("of replacements that wait for each other, each takes over from the one before", async () => {
  const kernel = await usePair();
  const { pid } = kernel.isolate("store").isolator;
  const replaced: IsolateEvent[] = [];
  kernel.events.on("isolate", (event) => {
    if (event.type === "replaced") replaced.push(event);
  });
  const files = [anotherStore(), anotherStore()];
  await Promise.all(files.map((module) => kernel.replace("store", { module })));
  const [second, third] = replaced;
  expect(second).toMatchObject({ version: 2, predecessor: { version: 1, pid } });
  expect(third).toMatchObject({ version: 3, pid: kernel.isolate("store").isolator.pid });
  const { version, module, pid: between } = second as Extract<IsolateEvent, { type: "replaced" }>;
  expect(third).toMatchObject({ predecessor: { version, module, pid: between } });
});

test("a version that crashes later is started again as itself", async () => {
  const kernel = await usePair();
  await kernel.replace("store", {
    module: anotherStore("export const pid = () => process.pid; export const version = () => 2;"),
  });
  const store = kernel.isolate<{ pid(): number; version(): number }>("store");
  const restarted = nextOf(kernel, "store", "restarted");
  process.kill(await store.api.pid(), "SIGKILL");
  await restarted;
  expect(await store.api.version()).toBe(2);
});

test.each([
  ["one process", {}],
  ["a pool", { instances: { min: 1, max: 1, concurrency: 4 } }],
])(
  "what the old version stores while the new one starts, and later, is there; what the new one has stored itself stays: %s",
  async (_, more) => {
    const [arrived, open] = [deferred(), deferred()];
    const pass = (): Promise<void> => {
      arrived.resolve();
      return open.promise;
    };
    const store = { module: kernelFixture("instance.mjs"), uses: { "host.gate": "*" }, ...more } as const;
    const kernel = await useKernel({ isolates: { store } }, { host: { gate: { pass } } });
    const { api } = kernel.isolate<typeof import("../fixtures/kernel/instance.mjs")>("store");
    const [begun, late] = [deferred(), deferred()];
    const storing = api.storeAfter("late", 5, () => {
      begun.resolve();
      return late.promise;
    });
    await begun.promise;
    const replacing = kernel.replace("store", { module: kernelFixture("gated.mjs") });
    await arrived.promise;
    await api.store("count", 3);
    await api.store("own", "old");
    open.resolve();
    await replacing;
    expect(await api.read("count")).toBe(3);
    late.resolve();
    await storing;
    expect(await api.read("late")).toBe(5);
    expect(await api.read("own")).toBe("new");
  },
);

test("replacements that wait end with the kernel, and start nothing more", async () => {
  const lines: string[] = [];
  const store = { module: STORE, uses: { "host.journal": "*" }, data: { never: true } } as const;
  const host = { journal: { write: (line: string) => void lines.push(line) } };
  const kernel = await useKernel({ isolates: { store } }, { host });
  const module = kernelFixture("life.mjs");
  const replacing = [1, 2].map(() => isolationError(kernel.replace("store", { module })));
  await until(() => lines.includes("store begins"));
  await kernel.shutdown();
  expect((await Promise.all(replacing)).map(({ code }) => code)).toEqual(["CANCELLED", "STOPPED"]);
  expect(lines).toEqual(["store begins"]);
});

test.each([undefined, 5, {}])("a module that is %s is refused by that name", async (module) => {
  const kernel = await usePair();
  const error = await isolationError(kernel.replace("store", { module } as never));
  expect(error.message).toContain("module must be a path, a package name or a file URL");
});
