import { once } from "node:events";
import type { ClientReadableStream } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import type {
  KernelEvent,
  KernelServiceLogsResponse,
  KernelServiceWatchResponse,
  LogLine,
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
  const follow = client.logs({ isolates: ["writer"], tail: undefined, follow: true, structured: false }, metadata);
  follow.on("error", () => {});
  const texts = await linesOf(follow, (text) => text === "three");
  expect(texts.toSorted()).toEqual(["one", "the writer is loaded", "three", "two"]);
  follow.cancel();
  const tail = client.logs({ isolates: ["writer"], tail: 1, follow: false, structured: false }, metadata);
  expect(await linesOf(tail)).toHaveLength(1);
  expect(
    await linesOf(client.logs({ isolates: ["store"], tail: undefined, follow: false, structured: false }, metadata)),
  ).toEqual([]);
});

test("Logs tells what a line says, to whoever asks for it", async () => {
  const service = await useService();
  const { client, metadata } = service;
  await invoke(service, "writer", "write", '{"level":40,"msg":"low","user":{"id":7},"tags":["a"]}');
  const read = async (structured: boolean): Promise<LogLine> => {
    const follow = client.logs({ isolates: ["writer"], tail: 1, follow: true, structured }, metadata);
    follow.on("error", () => {});
    for await (const { lines } of follow as AsyncIterable<{ lines: LogLine[] }>) {
      const line = lines.find(({ text }) => text.includes("low"));
      if (line === undefined) continue;
      follow.cancel();
      return line;
    }
    throw new Error("the stream has ended");
  };
  expect(await read(true)).toMatchObject({ level: "warn", message: "low", fields: { user: { id: 7 }, tags: ["a"] } });
  expect(await read(false)).toMatchObject({ level: "", message: "", fields: undefined });
});

test("the kernel keeps the last 1,000 lines of an isolate, and no more than 256 KiB", async () => {
  const service = await useService();
  const { client, metadata } = service;
  const kept = async (last: string): Promise<string[]> => {
    const follow = client.logs({ isolates: ["writer"], tail: 1, follow: true, structured: false }, metadata);
    follow.on("error", () => {});
    await linesOf(follow, (text) => text.startsWith(last));
    follow.cancel();
    return linesOf(client.logs({ isolates: ["writer"], tail: undefined, follow: false, structured: false }, metadata));
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

test("Watch tells what happened before, as far as it is asked for, and then goes on", async () => {
  const service = await useService();
  const { client, metadata } = service;
  await ask(service, "stop", { isolate: "writer", reason: "" });
  for (let time = 0; time < 8; time += 1) {
    await ask(service, "stop", { isolate: "caller", reason: "" });
    await ask(service, "start", { isolate: "caller" });
  }
  await ask(service, "stop", { isolate: "caller", reason: "" });
  const read = async (tail: number, isolates: string[] = []): Promise<() => Promise<KernelEvent[]>> => {
    const stream = client.watch({ isolates, tail }, metadata);
    stream.on("error", () => {});
    await once(stream, "metadata");
    return () => untilDeath(stream);
  };
  const untilDeath = async (stream: ClientReadableStream<KernelServiceWatchResponse>): Promise<KernelEvent[]> => {
    const events: KernelEvent[] = [];
    for await (const { event } of stream as AsyncIterable<KernelServiceWatchResponse>) {
      if (event === undefined) continue;
      events.push(event);
      if (event.isolate === "store" && event.type === "exited") break;
    }
    stream.cancel();
    return events;
  };
  const begun = [await read(1_000), await read(2), await read(0), await read(1_000, ["store"])];
  await invoke(service, "store", "die").catch(() => {});
  const [past = [], few = [], none = [], one = []] = await Promise.all(begun.map((rest) => rest()));
  expect(past.filter(({ isolate }) => isolate === "caller")).toHaveLength(16);
  expect(past.map(({ isolate, type }) => `${isolate} ${type}`)).toContain("writer stopped");
  const times = past.map(({ time }) => (time?.seconds ?? 0) + (time?.nanos ?? 0) / 1e9);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(few.filter(({ isolate }) => isolate === "caller")).toHaveLength(2);
  expect(none.map(({ isolate, type }) => `${isolate} ${type}`)).toEqual(["store exited"]);
  expect(one.every(({ isolate }) => isolate === "store")).toBe(true);
});

test("List with status tells how many calls wait, and how long those took that went through the kernel", async () => {
  const service = await useService();
  const calls = async (withStatus = true): Promise<{ waiting: number; durations: number[] } | undefined> =>
    (await ask(service, "list", { withStatus })).isolates.find(({ name }) => name === "store")?.calls;
  expect(await calls(false)).toBeUndefined();
  const count = async (): Promise<number> => (await calls())?.durations.reduce((sum, one) => sum + one, 0) ?? 0;
  expect(await count()).toBe(0);
  for (let call = 0; call < 5; call += 1) await invoke(service, "store", "add", 1, 2);
  expect(await count()).toBe(5);
  expect(await count()).toBe(5);
  expect(await calls()).toMatchObject({ waiting: 0 });
});
