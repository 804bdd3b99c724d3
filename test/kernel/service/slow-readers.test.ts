import { expect, test } from "vitest";
import type { KernelServiceLogsResponse } from "../../../src/contract/kernel.js";
import { type GrpcCall, GrpcError, GrpcStatus } from "../../../src/grpc/index.js";
import { WAITING_LINES } from "../../../src/kernel/logs/index.js";
import { readLogs } from "../../../src/kernel/service/follow-logs.js";
import { WAITING_EVENTS, watchEvents } from "../../../src/kernel/service/watch-events.js";
import { rejection } from "../../helpers/rejection.js";
import { useOperations } from "./use-operations.js";

/** A call whose client is there until it is aborted. */
function callOf(client: AbortController): GrpcCall {
  return { signal: client.signal, sendHeaders: () => {} } as unknown as GrpcCall;
}

test("a watcher that lets too many events wait is told so, and costs nothing more", async () => {
  const { kernel, events } = await useOperations();
  const stream = watchEvents(kernel, { isolates: [], tail: 0 }, callOf(new AbortController()));
  const first = stream.next();
  const emit = (generation: number): void =>
    void events.emit("isolate", { type: "restarting", isolate: "store", generation, delayMs: 0, restarts: 0 });
  emit(1);
  expect((await first).value?.event).toMatchObject({ type: "restarting", generation: 1 });
  for (let index = 0; index < WAITING_EVENTS; index += 1) emit(index);
  expect(events.listenerCount("isolate")).toBe(1);
  emit(0);
  const error = await rejection(stream.next());
  expect(error).toBeInstanceOf(GrpcError);
  expect(error).toMatchObject({ code: GrpcStatus.RESOURCE_EXHAUSTED });
  expect(events.eventNames()).toEqual([]);
});

test("a follower that is too slow misses the oldest lines, and hears how many", async () => {
  const { kernel, over } = await useOperations();
  const stream = readLogs(
    kernel,
    { isolates: [], tail: undefined, follow: true, structured: false },
    callOf(new AbortController()),
  );
  const write = (line: string): void =>
    kernel.logs.take({ type: "stdout", isolate: "store", generation: 1, pid: 1, line, partial: false });
  const first = stream.next();
  write("first");
  expect((await first).value?.lines[0]?.text).toBe("first");
  const extra = 10;
  for (let index = 0; index < WAITING_LINES + extra; index += 1) write(String(index));
  over.abort();
  const rest: KernelServiceLogsResponse[] = [];
  for await (const message of stream) rest.push(message);
  const texts = rest.flatMap(({ lines }) => lines.map(({ text }) => text));
  expect(rest.map(({ dropped }) => dropped).filter((count) => count > 0)).toEqual([extra]);
  expect(texts).toHaveLength(WAITING_LINES);
  expect([texts[0], texts.at(-1)]).toEqual([String(extra), String(WAITING_LINES + extra - 1)]);
});

test("lines that are long are dropped by their bytes", async () => {
  const { kernel, over } = await useOperations();
  const stream = readLogs(
    kernel,
    { isolates: [], tail: 0, follow: true, structured: false },
    callOf(new AbortController()),
  );
  const line = "x".repeat(64 * 1024);
  const write = (): void =>
    kernel.logs.take({ type: "stdout", isolate: "store", generation: 1, pid: 1, line, partial: true });
  const first = stream.next();
  write();
  await first;
  for (let index = 0; index < 100; index += 1) write();
  over.abort();
  let lines = 0;
  let dropped = 0;
  for await (const message of stream) {
    lines += message.lines.length;
    dropped += message.dropped;
  }
  expect(lines).toBe(16);
  expect(dropped).toBe(84);
});

test("a client that goes takes its listeners with it", async () => {
  const { kernel, events } = await useOperations();
  const client = new AbortController();
  const watching = watchEvents(kernel, { isolates: [], tail: 0 }, callOf(client)).next();
  const reading = readLogs(kernel, { isolates: [], tail: 0, follow: true, structured: false }, callOf(client)).next();
  client.abort();
  expect((await watching).done).toBe(true);
  expect((await reading).done).toBe(true);
  expect(events.eventNames()).toEqual([]);
});
