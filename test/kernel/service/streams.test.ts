import { once } from "node:events";
import { expect, test } from "vitest";
import type {
  KernelEvent,
  KernelServiceLogsResponse,
  KernelServiceWatchResponse,
} from "../../../src/contract/gen/pihost/v1/kernel.js";
import { ask, type Service, useService } from "./use-service.js";

/** The events of a stream, which has begun. */
async function watch(
  { client, metadata }: Service,
  ...isolates: string[]
): Promise<{ next(type: string): Promise<KernelEvent> }> {
  const stream = client.watch({ isolates, tail: 0 }, metadata);
  stream.on("error", () => {});
  const events = stream[Symbol.asyncIterator]() as AsyncIterator<KernelServiceWatchResponse>;
  await once(stream, "metadata");
  return {
    async next(type) {
      for (;;) {
        const { value, done } = await events.next();
        if (done === true) throw new Error(`the stream ended without ${type}`);
        if (value.event?.type === type) return value.event;
      }
    },
  };
}

const invoke = ({ client, metadata }: Service, isolate: string, method: string, ...args: unknown[]): Promise<unknown> =>
  ask({ client, metadata }, "invoke", { isolate, method, args, idempotent: false });

async function linesOf(
  stream: AsyncIterable<KernelServiceLogsResponse>,
  isLast: (text: string) => boolean = () => false,
): Promise<string[]> {
  const texts: string[] = [];
  for await (const { lines } of stream) {
    texts.push(...lines.map(({ text }) => text));
    if (isLast(texts.at(-1) ?? "")) break;
  }
  return texts;
}

test("Watch tells of a death, its restart and a replacement, with the facts of each", async () => {
  const service = await useService();
  const events = await watch(service);
  const before = service.kernel.list().find(({ name }) => name === "store");
  await invoke(service, "store", "die").catch(() => {});
  const exited = await events.next("exited");
  expect(exited).toMatchObject({ isolate: "store", pid: before?.pid, generation: 1 });
  expect(exited.facts).toMatchObject({ willRestart: true, outcome: { kind: "signalled", signal: "SIGKILL" } });
  expect((await events.next("restarted")).pid).not.toBe(before?.pid);
  const { client, metadata, kernel } = service;
  const { module } = kernel.list().find(({ name }) => name === "store") ?? { module: "" };
  await ask({ client, metadata }, "replace", { isolate: "store", module });
  expect((await events.next("replaced")).facts).toMatchObject({ version: 2, predecessor: { version: 1 } });
});

test("Watch of some isolates leaves the others out, and not what happens to the kernel", async () => {
  const service = await useService();
  const events = await watch(service, "caller");
  const { client, metadata, kernel } = service;
  await ask({ client, metadata }, "stop", { isolate: "store", reason: "" });
  await ask({ client, metadata }, "stop", { isolate: "caller", reason: "" });
  expect((await events.next("stopped")).isolate).toBe("caller");
  void kernel.shutdown({ reason: "over", graceMs: 200 });
  expect((await events.next("kernel.stopping")).facts).toEqual({ reason: "over" });
  expect((await events.next("kernel.stopped")).facts).toEqual({ reason: "over" });
});

test("a start that fails is told with its error", async () => {
  const service = await useService();
  const events = await watch(service);
  const { client, metadata } = service;
  const request = { isolate: "store", module: "./nowhere.mjs" };
  await ask({ client, metadata }, "replace", request).catch(() => {});
  await ask({ client, metadata }, "stop", { isolate: "writer", reason: "" });
  expect(await events.next("stopped")).toMatchObject({ isolate: "writer", facts: { reason: "operator" } });
});

test("Logs gives what was written, from the first line on, and ends", async () => {
  const service = await useService();
  await invoke(service, "writer", "write", "one", "two");
  await invoke(service, "writer", "complain", "three");
  const { client, metadata } = service;
  const follow = client.logs({ isolates: ["writer"], tail: undefined, follow: true }, metadata);
  follow.on("error", () => {});
  const texts = await linesOf(follow, (text) => text === "three");
  expect(texts.toSorted()).toEqual(["one", "the writer is loaded", "three", "two"]);
  follow.cancel();
  const tail = client.logs({ isolates: ["writer"], tail: 1, follow: false }, metadata);
  expect(await linesOf(tail)).toHaveLength(1);
  expect(await linesOf(client.logs({ isolates: ["store"], tail: undefined, follow: false }, metadata))).toEqual([]);
});

test("the kernel keeps the last 1,000 lines of an isolate, and no more than 256 KiB", async () => {
  const service = await useService();
  const { client, metadata } = service;
  const kept = async (last: string): Promise<string[]> => {
    const follow = client.logs({ isolates: ["writer"], tail: 1, follow: true }, metadata);
    follow.on("error", () => {});
    await linesOf(follow, (text) => text.startsWith(last));
    follow.cancel();
    return linesOf(client.logs({ isolates: ["writer"], tail: undefined, follow: false }, metadata));
  };
  await invoke(service, "writer", "fill", 1_500, 1);
  const many = await kept("1499 ");
  expect(many).toHaveLength(1_000);
  expect(many[0]).toBe("500 x");
  await invoke(service, "writer", "fill", 500, 2_000);
  const long = await kept("499 ");
  const bytes = long.reduce((sum, text) => sum + text.length, 0);
  expect(bytes).toBeLessThanOrEqual(256 * 1024);
  expect(bytes).toBeGreaterThan(200 * 1024);
  expect(long.at(-1)).toMatch(/^499 /);
});
