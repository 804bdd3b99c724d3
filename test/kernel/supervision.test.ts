import type { Kernel, KernelManifest } from "process-isolation/kernel";
import { expect, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { deferred } from "../grpc/deferred.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { kernelFixture, nextOf, useKernel } from "./use-kernel.js";

type Life = typeof import("../fixtures/kernel/life.mjs");

const module = kernelFixture("life.mjs");
const uses = { "host.journal": "*" } as const;

/** A kernel of a, b and c, each of which uses the one before, and what their modules have written since it started. */
async function useChain(supervision: NonNullable<KernelManifest["supervision"]>, more: Record<string, object> = {}) {
  const lines: string[] = [];
  const manifest: KernelManifest = {
    supervision,
    isolates: {
      a: { module, uses, ...more.a },
      b: { module, uses: { ...uses, a: "*" }, ...more.b },
      c: { module, uses: { ...uses, b: "*" }, ...more.c },
    } as never,
  };
  const kernel = await useKernel(manifest, { host: { journal: { write: (line: string) => void lines.push(line) } } });
  lines.splice(0);
  return { kernel, lines };
}

const kill = (kernel: Kernel, name: string): boolean => process.kill(kernel.isolate(name).isolator.pid, "SIGKILL");

test("one-for-one: only the dead one is started again", async () => {
  const { kernel, lines } = await useChain({ strategy: "one-for-one" });
  const restarted = nextOf(kernel, "b", "restarted");
  kill(kernel, "b");
  await restarted;
  expect(lines).toEqual(["b started"]);
});

test("rest-for-one: those that started after it end, last first, and start again with it, first first", async () => {
  const { kernel, lines } = await useChain({ strategy: "rest-for-one" });
  const restarted = nextOf(kernel, "c", "restarted");
  kill(kernel, "b");
  await restarted;
  expect(lines).toEqual(["c stopped", "b started", "c started"]);
});

test("one-for-all: all others end, and all start again", async () => {
  const { kernel, lines } = await useChain({ strategy: "one-for-all" });
  const restarted = nextOf(kernel, "c", "restarted");
  kill(kernel, "b");
  await restarted;
  expect(lines).toEqual(["c stopped", "a stopped", "a started", "b started", "c started"]);
});

test("calls wait while the isolates of a group are started again", async () => {
  const { kernel } = await useChain({ strategy: "one-for-all" });
  const exited = nextOf(kernel, "a", "exited");
  kill(kernel, "b");
  await exited;
  const pids = await Promise.all(["a", "b", "c"].map((name) => kernel.isolate<Life>(name).api.pid()));
  expect(new Set(pids).size).toBe(3);
});

test("a group that is exhausted fails as one in its parent, and the root ends the kernel", async () => {
  const lines: string[] = [];
  const escalated: string[] = [];
  const kernel = await useKernel(
    {
      supervision: { maxRestarts: 1, withinMs: 60_000 },
      isolates: { outside: { module, uses } },
      groups: {
        inner: {
          supervision: { strategy: "one-for-all", maxRestarts: 1, withinMs: 60_000 },
          isolates: { x: { module, uses }, y: { module, uses } },
        },
      },
    },
    { host: { journal: { write: (line: string) => void lines.push(line) } } },
  );
  kernel.events.on("escalated", ({ group }) => escalated.push(group));
  for (let deaths = 0; deaths < 3; deaths += 1) {
    const restarted = ["x", "y"].map((name) => nextOf(kernel, name, "restarted"));
    kill(kernel, "x");
    await Promise.all(restarted);
  }
  expect(escalated).toEqual(["inner"]);
  kill(kernel, "x");
  const outcome = await kernel.waitForExit();
  expect(outcome.kind).toBe("exhausted");
  expect(escalated).toHaveLength(3);
  expect(lines).toContain("outside stopped");
  expect((await isolationError(kernel.isolate<Life>("outside").api.pid())).code).toBe("STOPPED");
});

test("a transient isolate that ends normally stays down, and one that crashes does not", async () => {
  const { kernel } = await useChain({}, { c: { restart: "transient" } });
  const { api } = kernel.isolate<Life>("c");
  const restarted = nextOf(kernel, "c", "restarted");
  kill(kernel, "c");
  await restarted;
  const stopped = nextOf(kernel, "c", "stopped");
  await isolationError(api.exit(0));
  expect(await stopped).toMatchObject({ reason: "given-up" });
  expect((await isolationError(api.pid())).code).toBe("STOPPED");
  await kernel.start("c");
  expect(await api.pid()).toBeGreaterThan(0);
});

test("a temporary isolate is never started again, also not with its siblings", async () => {
  const { kernel, lines } = await useChain({ strategy: "one-for-all" }, { c: { restart: "temporary" } });
  const restarted = nextOf(kernel, "b", "restarted");
  kill(kernel, "a");
  await restarted;
  await until(() => kernel.list().at(-1)?.state === "stopped");
  expect(lines).toEqual(["c stopped", "b stopped", "a started", "b started"]);
});

test("what an operator has stopped is not started again by the death of a sibling", async () => {
  const { kernel, lines } = await useChain({ strategy: "one-for-all" });
  await kernel.stop("c");
  lines.splice(0);
  const restarted = nextOf(kernel, "b", "restarted");
  kill(kernel, "a");
  await restarted;
  expect(lines).toEqual(["b stopped", "a started", "b started"]);
  expect(kernel.list().at(-1)?.state).toBe("stopped");
});

test("an isolate that is not essential is given up rather than the kernel", async () => {
  const { kernel } = await useChain({ maxRestarts: 1, withinMs: 60_000 }, { c: { essential: false } });
  const restarted = nextOf(kernel, "c", "restarted");
  kill(kernel, "c");
  await restarted;
  const stopped = nextOf(kernel, "c", "stopped");
  kill(kernel, "c");
  expect(await stopped).toMatchObject({ reason: "given-up" });
  expect(await kernel.isolate<Life>("a").api.pid()).toBeGreaterThan(0);
});

test("an isolate that ends with the one it waits for does not wait until its grace is over", async () => {
  const kernel = await useKernel({
    supervision: { strategy: "rest-for-one" },
    isolates: {
      store: { module: kernelFixture("store.mjs") },
      caller: { module: kernelFixture("caller.mjs"), uses: { store: "*" }, graceMs: 20_000 },
    },
  });
  const store = kernel.isolate<typeof import("../fixtures/kernel/store.mjs")>("store").api;
  const caller = kernel.isolate<typeof import("../fixtures/kernel/caller.mjs")>("caller").api;
  const waiting = isolationError(caller.call("store", "untilCancelled", [], { idempotent: true }));
  while ((await store.seen()) !== "waiting");
  const exited = nextOf(kernel, "caller", "exited");
  const restarted = nextOf(kernel, "caller", "restarted");
  kill(kernel, "store");
  expect((await waiting).code).toBe("STOPPED");
  expect((await exited).outcome.forced).toBe(false);
  await restarted;
  expect(await caller.call("store", "add", [1, 2])).toBe(3);
});

test("deaths at the same time are one to their group: nobody is started twice", async () => {
  const { kernel, lines } = await useChain({ strategy: "one-for-all" });
  const restarted = ["a", "b", "c"].map((name) => nextOf(kernel, name, "restarted"));
  for (const name of ["a", "c"]) kill(kernel, name);
  await Promise.all(restarted);
  await Promise.all(["a", "b", "c"].map((name) => kernel.isolate<Life>(name).api.pid()));
  await kernel.shutdown();
  expect(lines.filter((line) => line.endsWith("started"))).toEqual(["a started", "b started", "c started"]);
});

test.each([
  ["one process", {}],
  ["a pool", { instances: 1 }],
])(
  "a call of an isolate that is replaced before it is halted settles, and what was replaced ends: %s",
  async (_, more) => {
    let stopping = (): void => {};
    let goOn = (): void => {};
    const isStopping = new Promise<void>((resolve) => {
      stopping = resolve;
    });
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const write = (line: string): Promise<void> | undefined => {
      if (line !== "last stopped") return undefined;
      stopping();
      return mayGoOn;
    };
    const kernel = await useKernel(
      {
        supervision: { strategy: "rest-for-one" },
        isolates: {
          store: { module: kernelFixture("store.mjs") },
          caller: { module: kernelFixture("caller.mjs"), uses: { store: "*" }, ...more },
          last: { module, uses: { caller: "*", ...uses }, graceMs: 20_000 },
        },
      },
      { host: { journal: { write } } },
    );
    const store = kernel.isolate<typeof import("../fixtures/kernel/store.mjs")>("store").api;
    const caller = kernel.isolate<typeof import("../fixtures/kernel/caller.mjs")>("caller", { idempotent: true }).api;
    const waiting = isolationError(caller.call("store", "untilCancelled", [], { idempotent: true }));
    while ((await store.seen()) !== "waiting");
    const replaced = kernel.list().find(({ name }) => name === "caller")?.pid ?? 0;
    const restarted = nextOf(kernel, "last", "restarted");
    kill(kernel, "store");
    // The caller is to be halted after it.
    await isStopping;
    await kernel.replace("caller", { module: kernelFixture("caller.mjs") });
    expect((await waiting).code).toBe("STOPPED");
    await until(() => !isAlive(replaced));
    goOn();
    await restarted;
    expect(await caller.call("store", "add", [1, 2])).toBe(3);
  },
);

test("what an operator stops while its group is started again stays down", async () => {
  const [stopping, goOn] = [deferred(), deferred()];
  const lines: string[] = [];
  const write = (line: string): Promise<void> | undefined => {
    lines.push(line);
    if (line !== "c stopped") return undefined;
    stopping.resolve();
    return goOn.promise;
  };
  const isolates = Object.fromEntries(["a", "b", "c"].map((name) => [name, { module, uses, graceMs: 20_000 }]));
  const kernel = await useKernel(
    { supervision: { strategy: "one-for-all" }, isolates },
    { host: { journal: { write } } },
  );
  lines.splice(0);
  const restarted = nextOf(kernel, "c", "restarted");
  kill(kernel, "a");
  await stopping.promise;
  await Promise.all([kernel.stop("a"), kernel.stop("b")]);
  goOn.resolve();
  await restarted;
  expect(kernel.list().map(({ name, state }) => [name, state])).toEqual([
    ["a", "stopped"],
    ["b", "stopped"],
    ["c", "ready"],
  ]);
  expect(lines.toSorted()).toEqual(["b stopped", "c started", "c stopped"]);
});
