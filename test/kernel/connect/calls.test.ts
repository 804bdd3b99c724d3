import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isolationError, rejection } from "../../helpers/rejection.js";
import { useDirectory } from "../../helpers/use-directory.js";
import { kernelFixture, useKernel } from "../use-kernel.js";
import { connectTo, eventOf, type Store, useConnection } from "./use-connection.js";

test("calls carry what calls of the host carry: rich values, streams both ways, callbacks, live objects", async () => {
  const { connected } = await useConnection();
  const { api } = connected.isolate<Store>("store");
  const rich = new Map<unknown, unknown>([
    [1n, new Date(7)],
    ["bytes", new Uint8Array([1, 2])],
  ]);
  expect(await api.echo(rich)).toEqual(rich);
  const rows: unknown[] = [];
  for await (const row of api.rows(3)) rows.push(row);
  expect(rows).toEqual([{ index: 0 }, { index: 1 }, { index: 2 }]);
  async function* letters(): AsyncGenerator<string> {
    yield "a";
    yield "b";
  }
  expect(await api.collect(letters())).toEqual(["a", "b"]);
  expect(await api.each(3, (index: number) => index * 2)).toEqual([0, 2, 4]);
  const cursor = await api.cursor();
  expect([await cursor.next(), await cursor.next()]).toEqual([1, 2]);
  expect(await api.bytes(3_000_000)).toHaveLength(3_000_000);
  expect(await api.nested.deep.add(2, 3)).toBe(5);
});

test("what the module throws arrives as it was thrown", async () => {
  const { connected } = await useConnection();
  const error = await rejection(connected.isolate<Store>("store").api.fail());
  expect(error).toBeInstanceOf(RangeError);
  expect(error).toMatchObject({ message: "out of stock", sku: "a-1", cause: { message: "none left" } });
});

test("a signal and a deadline end calls, and the process is told", async () => {
  const { connected } = await useConnection();
  const controller = new AbortController();
  const { api } = connected.isolate<Store>("store");
  const waiting = isolationError(connected.isolate<Store>("store", { signal: controller.signal }).api.untilCancelled());
  while ((await api.seen()) !== "waiting");
  controller.abort();
  expect((await waiting).code).toBe("CANCELLED");
  const late = connected.isolate<Store>("store", { timeoutMs: 50 }).api.untilCancelled();
  expect((await isolationError(late)).code).toBe("DEADLINE_EXCEEDED");
});

test("a call that was running when the process died fails with CRASHED; the next one is answered", async () => {
  const { connected } = await useConnection();
  const { api } = connected.isolate<Store>("store");
  const pid = await api.pid();
  const error = await isolationError(api.die());
  expect(error).toMatchObject({ code: "CRASHED", facts: { isolate: "store", pid, signal: "SIGKILL", attempts: 1 } });
  expect(await api.pid()).not.toBe(pid);
});

test("an idempotent call is sent again to the next process", async () => {
  const { connected } = await useConnection();
  const { api } = connected.isolate<Store>("store", { idempotent: true });
  expect(await api.dieOnce(join(useDirectory(), "died"))).toBe(2);
});

test("calls that wait while the process is restarted are answered by the next one", async () => {
  const { connected } = await useConnection();
  const { api } = connected.isolate<Store>("store");
  await isolationError(api.die());
  expect(await Promise.all(Array.from({ length: 50 }, (_, index) => api.add(index, 1)))).toEqual(
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
});

test("no call is lost over restarts and replacements, and each runs in the version of its time", async () => {
  const { connected } = await useConnection();
  const { api } = connected.isolate<Store>("store");
  const other = join(useDirectory(), "store.mjs");
  copyFileSync(kernelFixture("store.mjs"), other);
  let isOver = false;
  let calls = 0;
  const loop = async (): Promise<void> => {
    while (!isOver) {
      const own = ++calls;
      expect(await api.add(own, 1)).toBe(own + 1);
    }
  };
  const loops = Promise.all(Array.from({ length: 16 }, loop));
  for (const module of [other, kernelFixture("store.mjs")]) {
    await connected.restart("store");
    const { version } = await connected.replace("store", { module });
    expect(version).toBeGreaterThan(1);
  }
  isOver = true;
  await loops;
  expect(calls).toBeGreaterThan(100);
});

test("a call that ends because its process is about to is not made again", async () => {
  const { connected } = await useConnection();
  const { api } = connected.isolate<Store>("store");
  const ending = isolationError(api.untilStopped());
  while ((await api.seen()) !== "waiting");
  const pid = await api.pid();
  await connected.restart("store");
  expect((await ending).code).toBe("STOPPED");
  expect(await api.pid()).not.toBe(pid);
  expect(await api.seen()).toBeUndefined();
});

test("a call that fails because its own call was refused elsewhere is not made again", async () => {
  const kernel = await useKernel(
    { name: "unreached", isolates: { front: { module: kernelFixture("unreached.mjs") } } },
    { frontDoor: true },
  );
  const { api } = (await connectTo(kernel)).isolate<{ ask(): void; count(): number }>("front");
  expect((await isolationError(api.ask())).facts.isolate).toBe("other");
  expect(await api.count()).toBe(1);
});

test("a stopped isolate refuses calls until it is started", async () => {
  const { connected } = await useConnection();
  const { api } = connected.isolate<Store>("store");
  await api.pid();
  expect(await connected.stop("store", { reason: "maintenance" })).toMatchObject({ name: "store", state: "stopped" });
  expect((await isolationError(api.pid())).code).toBe("STOPPED");
  expect(await connected.start("store")).toMatchObject({ state: "ready" });
  expect(await api.add(1, 2)).toBe(3);
});

test("when the kernel ends, calls fail with STOPPED and the event says so", async () => {
  const { connected } = await useConnection();
  const { api } = connected.isolate<Store>("store");
  const stopped = new Promise((resolve) => connected.events.once("stopped", resolve));
  let begun = (): void => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const waiting = isolationError(
    api.each(1, () => {
      begun();
      return new Promise(() => {});
    }),
  );
  await hasBegun;
  await connected.shutdown({ reason: "the end", graceMs: 100 });
  expect(await stopped).toEqual({ reason: "the end" });
  expect((await waiting).code).toBe("STOPPED");
  await new Promise((resolve) => setImmediate(resolve));
  expect((await isolationError(api.pid())).code).toBe("STOPPED");
});

test("when its token is revoked, calls fail with UNAUTHENTICATED", async () => {
  const { kernel, connected } = await useConnection();
  const { api } = connected.isolate<Store>("store");
  const waiting = isolationError(api.untilCancelled());
  while ((await api.seen()) !== "waiting");
  for (const { id } of kernel.tokens.list()) kernel.tokens.revoke(id);
  expect((await waiting).code).toBe("UNAUTHENTICATED");
  expect((await isolationError(connected.isolate<Store>("store").api.pid())).code).toBe("UNAUTHENTICATED");
});

test("close() settles what has not, and leaves the kernel as it is", async () => {
  const { kernel, connected } = await useConnection();
  const { api } = connected.isolate<Store>("store");
  const waiting = isolationError(api.untilCancelled());
  while ((await api.seen()) !== "waiting");
  await connected.close();
  expect(await waiting).toMatchObject({ code: "STOPPED", facts: { isolate: "store" } });
  expect((await isolationError(connected.isolate<Store>("store").api.pid())).code).toBe("STOPPED");
  expect((await isolationError(connected.list())).code).toBe("STOPPED");
  expect(await kernel.isolate<Store>("store").api.add(1, 1)).toBe(2);
});

test("events are those of the kernel, with their errors", async () => {
  const { kernel, connected } = await useConnection();
  const exited = eventOf(connected, "store", "exited");
  const { pid } = kernel.isolate("store").isolator;
  process.kill(pid, "SIGKILL");
  expect(await exited).toMatchObject({ type: "exited", isolate: "store", pid, outcome: { signal: "SIGKILL" } });
});
