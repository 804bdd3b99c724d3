import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { Kernel } from "process-isolation/kernel";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { isolationError } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { kernelFixture, nextOf, useKernel } from "./use-kernel.js";

type Worker = typeof import("../fixtures/kernel/instance.mjs");
type Caller = typeof import("../fixtures/kernel/caller.mjs");

const MODULE = kernelFixture("instance.mjs");

function instancesOf(kernel: Kernel, name = "parser") {
  return kernel.list().find((isolate) => isolate.name === name)?.instances ?? [];
}

test("an isolate may be several processes behind one name, all ready when the kernel is", async () => {
  const kernel = await useKernel({ isolates: { parser: { module: MODULE, instances: 3 } } });
  const instances = instancesOf(kernel);
  expect(instances.map(({ generation, state }) => [generation, state])).toEqual([
    [1, "ready"],
    [2, "ready"],
    [3, "ready"],
  ]);
  for (const { pid, rssBytes } of instances) {
    expect(isAlive(pid)).toBe(true);
    expect(rssBytes).toBeGreaterThan(10e6);
  }
  const { api } = kernel.isolate<Worker>("parser");
  const results = await Promise.all([api.work(100), api.work(100), api.work(100)]);
  expect(new Set(results.map(({ pid }) => pid))).toEqual(new Set(instances.map(({ pid }) => pid)));
  for (const { callsEnded, cpuSeconds } of instancesOf(kernel)) {
    expect(callsEnded).toBe(1);
    expect(cpuSeconds).toBeGreaterThan(0);
  }
});

test("from min to max, as calls wait, and back", async () => {
  const instances = { min: 1, max: 2, scaleUpAfterMs: 10, idleMs: 50 };
  const kernel = await useKernel({ isolates: { parser: { module: MODULE, instances } } });
  expect(instancesOf(kernel).length).toBe(1);
  const { api } = kernel.isolate<Worker>("parser");
  const generations: number[] = [];
  kernel.events.on("isolate", (event) => {
    if (event.type === "started") generations.push(event.generation);
  });
  const results = await Promise.all(Array.from({ length: 6 }, () => api.work(300)));
  expect(new Set(results.map(({ pid }) => pid)).size).toBe(2);
  await until(() => generations.includes(2));
  await until(() => instancesOf(kernel).length === 1);
});

test("the death of one is told, and the pool's own affair: the others go on", async () => {
  const supervision = { maxRestarts: 1, withinMs: 60_000 };
  const kernel = await useKernel({ isolates: { parser: { module: MODULE, instances: 2 } }, supervision });
  const { api } = kernel.isolate<Worker>("parser");
  const exited = nextOf(kernel, "parser", "exited");
  const restarted = nextOf(kernel, "parser", "restarted");
  const error = await isolationError(api.die());
  expect(error).toMatchObject({ code: "CRASHED", facts: { isolate: "parser" } });
  expect(await exited).toMatchObject({ pid: error.facts.pid, willRestart: true });
  expect((await api.work()).pid).not.toBe(error.facts.pid);
  expect((await restarted).generation).toBe(3);
  expect(instancesOf(kernel).length).toBe(2);
});

test("an isolate that has spent its restarts has died, for its group and the kernel", async () => {
  const kernel = await Kernel.start({
    isolates: { parser: { module: MODULE, instances: 2 } },
    supervision: { maxRestarts: 0 },
  });
  const ended = kernel.waitForExit();
  const { api } = kernel.isolate<Worker>("parser");
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await api.exit(3).catch(() => {});
    // A call that is refused at once gives nobody else a turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await ended).toMatchObject({ kind: "exhausted" });
});

test("an isolate that has spent its restarts is started again where its group allows it", async () => {
  const kernel = await useKernel({
    isolates: { parser: { module: MODULE, instances: { min: 1, max: 1 } } },
    supervision: { maxRestarts: 1, withinMs: 60_000 },
  });
  const { api } = kernel.isolate<Worker>("parser");
  // One that it bears, and one more.
  for (let death = 0; death < 2; death += 1) await isolationError(api.exit(3));
  expect((await api.work()).calls).toBe(1);
});

test("others call it as one isolate, within their grants, and so does code inside share what it stores", async () => {
  const kernel = await useKernel({
    isolates: {
      parser: { module: MODULE, instances: 2 },
      one: { module: kernelFixture("caller.mjs"), uses: { parser: ["work", "pid"], store: "*" } },
      store: { module: kernelFixture("store.mjs") },
    },
  });
  const caller = kernel.isolate<Caller>("one").api;
  const results = (await Promise.all([caller.call("parser", "work", [100]), caller.call("parser", "work", [100])])) as {
    pid: number;
  }[];
  expect(new Set(results.map(({ pid }) => pid)).size).toBe(2);
  expect((await isolationError(caller.call("parser", "die"))).code).toBe("NOT_GRANTED");
  const { api } = kernel.isolate<Worker>("parser");
  await api.store("colour", "red");
  const read = await Promise.all([api.read("colour"), api.read("colour")]);
  expect(read).toEqual(["red", "red"]);
});

test("requests at the front door go to the least busy one", async () => {
  const shop = { module: MODULE, instances: 2, grpc: { proto: kernelFixture("shop.proto") } };
  const kernel = await useKernel({ isolates: { shop } });
  const client = new Client(`unix:${kernel.socket}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${kernel.tokens.create({ scopes: ["call:*"] }).token}`);
  const asIs = (bytes: Buffer): Buffer => bytes;
  const buy = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null, answer?: Buffer): void => {
        if (error === null) resolve((answer as Buffer).toString("hex"));
        else reject(error);
      };
      client.makeUnaryRequest("/shop.v1.Shop/Buy", asIs, asIs, Buffer.from([10, 1, 97]), metadata, done);
    });
  const answers = await Promise.all([buy(), buy(), buy(), buy()]);
  const counts = [...new Set(answers)].map((answer) => answers.filter((other) => other === answer).length);
  expect(counts).toEqual([2, 2]);
  // One that dies takes none of the others' with it.
  const exited = nextOf(kernel, "shop", "exited");
  process.kill(instancesOf(kernel, "shop")[0]?.pid as number, "SIGKILL");
  await exited;
  await until(
    () => instancesOf(kernel, "shop").length === 2 && instancesOf(kernel, "shop").every(({ pid }) => pid > 0),
  );
  expect((await Promise.all([buy(), buy()])).length).toBe(2);
});

test("restart replaces all, one after the other; replace, all at once; no call is lost", async () => {
  const kernel = await useKernel({ isolates: { parser: { module: MODULE, instances: 2 } } });
  const { api } = kernel.isolate<Worker>("parser");
  const before = instancesOf(kernel).map(({ pid }) => pid);
  let isOver = false;
  const calling = (async () => {
    while (!isOver) await Promise.all([api.work(), api.work(), api.work()]);
  })();
  const facts = await kernel.restart("parser");
  expect(before).toContain(facts?.predecessor);
  const after = instancesOf(kernel).filter(({ state }) => state === "ready");
  expect(after.length).toBe(2);
  expect(after.some(({ pid }) => before.includes(pid))).toBe(false);
  await kernel.replace("parser", { module: MODULE });
  isOver = true;
  await calling;
  expect(kernel.list()[0]).toMatchObject({ version: 2, state: "ready" });
  await until(() => after.every(({ pid }) => !isAlive(pid)));
});

test("stop ends all, and start brings them back with what was stored", async () => {
  const kernel = await useKernel({
    isolates: { parser: { module: MODULE, instances: 2, data: { given: 1 } } },
  });
  const { api } = kernel.isolate<Worker>("parser");
  await api.store("own", 2);
  const pids = instancesOf(kernel).map(({ pid }) => pid);
  await kernel.stop("parser");
  expect(pids.some((pid) => isAlive(pid))).toBe(false);
  expect(kernel.list()[0]).toMatchObject({ state: "stopped", instances: [] });
  expect((await isolationError(api.work())).code).toBe("STOPPED");
  await kernel.start("parser");
  expect([await api.read("given"), await api.read("own")]).toEqual([1, 2]);
});

test("with one-for-all its instances end with a sibling, and calls that wait go on with the next", async () => {
  const kernel = await useKernel({
    isolates: { parser: { module: MODULE, instances: 2 }, other: { module: MODULE } },
    supervision: { strategy: "one-for-all" },
  });
  const { api } = kernel.isolate<Worker>("parser");
  const before = instancesOf(kernel).map(({ pid }) => pid);
  await isolationError(kernel.isolate<Worker>("other").api.die());
  await until(() => before.every((pid) => !isAlive(pid)));
  expect(before).not.toContain((await api.work()).pid);
  await until(() => kernel.list().every(({ state }) => state === "ready"));
  expect(instancesOf(kernel).length).toBe(2);
});

test("its isolator is none: reading it says where to look", async () => {
  const kernel = await useKernel({ isolates: { parser: { module: MODULE, instances: 2 } } });
  expect(() => kernel.isolate("parser").isolator).toThrow(/parser has instances/);
});

test("a module that cannot be started fails the kernel's start, and leaves nothing", async () => {
  const module = kernelFixture("no-such-module.mjs");
  const error = await isolationError(Kernel.start({ isolates: { parser: { module, instances: 2 } } }));
  expect(error).toMatchObject({ code: "MODULE_NOT_FOUND", facts: { isolate: "parser" } });
});
