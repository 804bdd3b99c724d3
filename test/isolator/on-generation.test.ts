import { type GenerationContext, type Isolate, isolate, ProcessIsolator, type Remote } from "process-isolation";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { fixture } from "../helpers/fixture.js";
import { nextEvent, recordEvents } from "../helpers/record-events.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useIsolate } from "../helpers/use-isolate.js";

type Plugin = typeof import("../fixtures/isolator/plugin.mjs");

const PLUGIN = fixture("plugin.mjs");

const activate = (api: Remote<Plugin>): Promise<void> => api.activate();

test.each([
  ["restarts", {}],
  ["a spare", { standby: 1 }],
  ["replacements", { recycle: { afterCalls: 150 } }],
] as const)("no call meets a process that is not activated, through kills at any moment and %s", async (_, options) => {
  const generations: number[] = [];
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, {
    ...options,
    restart: { maxRestarts: 1_000, backoff: { initialMs: 0 } },
    onGeneration: async (own, { generation }) => {
      generations.push(generation);
      await own.activate(3);
    },
  });
  let isOver = false;
  let kills = 0;
  let made = 0;
  const wrong: unknown[] = [];
  const caller = async (): Promise<void> => {
    while (!isOver) {
      made += 1;
      await api.work(made).catch((error: { code?: string }) => {
        if (error.code !== "CRASHED") wrong.push(error);
      });
    }
  };
  const callers = Array.from({ length: 20 }, caller);
  while (kills < 8 || made < 3_000) {
    await api.work(0).catch(() => {});
    // In the midst of work, and while the next one is being prepared.
    process.kill(isolator.pid, "SIGKILL");
    kills += 1;
    await until(() => isolator.state === "ready" && isAlive(isolator.pid), 20_000);
    const until3000 = made + 400;
    await until(() => made >= until3000, 20_000);
  }
  isOver = true;
  await Promise.all(callers);
  expect(wrong).toEqual([]);
  expect(generations.length).toBeGreaterThan(kills);
  expect(generations).toEqual([...generations].sort((one, other) => one - other));
});

test("what it calls reaches the process that it is for, and the others wait", async () => {
  const contexts: GenerationContext[] = [];
  const seen: number[] = [];
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, {
    onGeneration: async (own, context) => {
      contexts.push(context);
      seen.push((await own.facts()).pid);
      seen.push((await context.invoke<{ pid: number }>(PLUGIN, "facts")).pid);
      seen.push((await context.load<Plugin>(PLUGIN).facts()).pid);
      await own.activate(20);
    },
  });
  await api.crash().catch(() => {});
  const waiting = api.facts();
  expect(await waiting).toMatchObject({ isActive: true, pid: isolator.pid });
  expect(contexts.map(({ generation }) => generation)).toEqual([1, 2]);
  expect(seen).toEqual(contexts.flatMap(({ pid }) => [pid, pid, pid]));
  expect(contexts.every(({ signal }) => !signal.aborted)).toBe(true);
});

test("the isolate's own handle reaches the process that is being prepared, rather than wait for it", async () => {
  let outer: Isolate<Plugin> | undefined;
  const seen: unknown[] = [];
  outer = await useIsolate<Plugin>(PLUGIN, {
    onGeneration: async (own, { pid }) => {
      await own.activate();
      if (outer === undefined) return;
      await outer.isolator.setData("prepared", pid);
      const status = await outer.isolator.status();
      seen.push([
        pid,
        (await outer.api.facts()).pid,
        status.pid,
        await outer.isolator.getData("prepared"),
        (await isolationError(outer.isolator.recycle())).code,
      ]);
    },
  });
  await outer.isolator.recycle();
  const { pid } = outer.isolator;
  expect(seen).toEqual([[pid, pid, pid, pid, "INVALID_OPTION"]]);
  await outer.api.crash().catch(() => {});
  await outer.api.facts();
  expect(seen).toHaveLength(2);
});

test("what it throws fails the first start, and nothing is left", async () => {
  let pid = 0;
  const reason = new RangeError("no licence");
  const error = await isolationError(
    isolate<Plugin>(PLUGIN, {
      name: "unprepared",
      onGeneration: (_, context) => {
        ({ pid } = context);
        throw reason;
      },
    }),
  );
  expect(error).toMatchObject({ code: "START_FAILED", cause: reason, facts: { isolate: "unprepared", generation: 1 } });
  expect(error.message).toContain("no licence");
  expect(isAlive(pid)).toBe(false);
});

test("what it throws after a crash costs one restart, until none is left", async () => {
  let isBroken = false;
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, {
    restart: { maxRestarts: 2, backoff: { initialMs: 0 } },
    onGeneration: async (own) => {
      if (isBroken) throw new Error("broken");
      await own.activate();
    },
  });
  const events = recordEvents(isolator);
  isBroken = true;
  await api.crash().catch(() => {});
  expect((await isolationError(api.work(1))).code).toBe("RESTARTS_EXHAUSTED");
  const failures = events.filter(({ name }) => name === "startFailed");
  expect(failures).toMatchObject([
    { error: { code: "START_FAILED" }, willRetry: true },
    { error: { code: "START_FAILED" }, willRetry: false },
  ]);
});

test("one that never ends fails the start when startTimeoutMs has passed, and hears of it", async () => {
  let given: GenerationContext | undefined;
  const error = await isolationError(
    isolate<Plugin>(PLUGIN, {
      startTimeoutMs: 2_000,
      onGeneration: async (_, context) => {
        given = context;
        await new Promise(() => {});
      },
    }),
  );
  expect(error.code).toBe("START_TIMEOUT");
  expect(error.message).toContain("startTimeoutMs (2000 ms)");
  expect(given?.signal.aborted).toBe(true);
  await until(() => !isAlive(given?.pid ?? 0));
});

test("a process that dies under it has not started, and the next one is prepared anew", async () => {
  let deaths = 0;
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, {
    onGeneration: async (own, { generation }) => {
      if (generation > 1 && deaths < 2) {
        deaths += 1;
        await own.crash();
      }
      await own.activate();
    },
  });
  const failed = nextEvent(isolator, "startFailed");
  await api.crash().catch(() => {});
  expect(await api.work(7)).toBe(7);
  expect((await failed).error).toMatchObject({ code: "START_FAILED", facts: { signal: "SIGKILL", generation: 2 } });
  expect(isolator.generation).toBe(4);
});

test.each(["shutdown", "terminate"] as const)("%s() called by it ends the isolator, and it too", async (end) => {
  let outer: Isolate<Plugin> | undefined;
  let ended: unknown;
  outer = await useIsolate<Plugin>(PLUGIN, {
    onGeneration: async (own) => {
      await own.activate();
      ended = await outer?.isolator[end]();
    },
  });
  await outer.api.crash().catch(() => {});
  expect((await isolationError(outer.api.work(1))).code).toBe("STOPPED");
  await outer.isolator.waitForExit();
  await until(() => ended !== undefined);
});

test("a process that is blocked under it is replaced after unresponsiveAfterMs, not after startTimeoutMs", async () => {
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, {
    unresponsiveAfterMs: 500,
    startTimeoutMs: 60_000,
    restart: { backoff: { initialMs: 0 } },
    onGeneration: async (own, { generation }) => {
      if (generation === 2) await own.block();
      await own.activate();
    },
  });
  const failed = nextEvent(isolator, "startFailed");
  await api.crash().catch(() => {});
  expect(await api.work(1)).toBe(1);
  expect((await failed).error).toMatchObject({ code: "START_FAILED", facts: { reason: "unresponsive" } });
});

test("a replacement that it fails is none: the old process goes on", async () => {
  let isBroken = false;
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, {
    recycle: { afterCalls: 2 },
    onGeneration: async (own) => {
      if (isBroken) throw new Error("broken");
      await own.activate();
    },
  });
  const { pid } = isolator;
  isBroken = true;
  const failed = nextEvent(isolator, "startFailed");
  await api.work(1);
  await api.work(2);
  expect(await failed).toMatchObject({ error: { code: "START_FAILED" }, willRetry: true });
  expect(await api.facts()).toMatchObject({ pid, isActive: true });
  expect(isolator.pid).toBe(pid);
});

test("with create() there is no module, and its context makes the calls", async () => {
  const isolator = await ProcessIsolator.create({
    onGeneration: async (api, { load, invoke }) => {
      expect(api).toBeUndefined();
      await load<Plugin>(PLUGIN).activate();
      expect(await invoke(PLUGIN, "work", [1])).toBe(1);
    },
  });
  onTestFinished(() => void isolator.shutdown());
  expect(await isolator.invoke(PLUGIN, "work", [2])).toBe(2);
});

test("what it called through its api after it was over still reaches that process only", async () => {
  const apis: Remote<Plugin>[] = [];
  const { api, isolator } = await useIsolate<Plugin>(PLUGIN, {
    onGeneration: async (own) => {
      apis.push(own);
      await activate(own);
    },
  });
  expect(await apis[0]?.facts()).toMatchObject({ pid: isolator.pid });
  await api.crash().catch(() => {});
  await api.work(1);
  expect((await isolationError(apis[0]?.facts() as Promise<unknown>)).code).toBe("CRASHED");
});

test("anything but a function is refused", async () => {
  const error = await isolationError(isolate(PLUGIN, { onGeneration: "activate" as never }));
  expect(error.message).toContain("onGeneration must be a function");
});
