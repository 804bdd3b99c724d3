import { ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { isolationError, rejection } from "../helpers/rejection.js";
import { useIsolator, useSharedIsolator } from "../helpers/use-isolator.js";
import { LIBRARY } from "./use-session-pair.js";

type Library = Record<string, (...args: unknown[]) => Promise<never> & AsyncIterable<never>>;
interface Notes {
  cleanups: number;
  produced: number;
  seen: unknown[];
}
const load = (isolator: ProcessIsolator): Library => isolator.load(LIBRARY) as unknown as Library;
const notesOf = async (isolator: ProcessIsolator): Promise<Notes> => (await isolator.invoke(LIBRARY, "notes")) as Notes;

async function untilNoted(isolator: ProcessIsolator, note: string): Promise<void> {
  const all: unknown[] = [];
  for (let round = 0; round < 200; round += 1) {
    all.push(...(await notesOf(isolator)).seen);
    if (all.includes(note)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${note} was never noted, but ${all.join(", ")}`);
}

describe("cancelling", () => {
  const shared = useSharedIsolator();

  test("with a signal that is aborted already never runs the call", async () => {
    await shared().invoke(LIBRARY, "reset");
    const failure = await isolationError(
      shared().invoke(LIBRARY, "note", ["ran"], { signal: AbortSignal.abort(new Error("why")) }),
    );
    expect(failure).toMatchObject({ code: "CANCELLED", cause: { message: "why" } });
    expect((await notesOf(shared())).seen).toEqual([]);
  });

  test("settles the caller at once and fires the signal that is an argument too", async () => {
    await shared().invoke(LIBRARY, "reset");
    const controller = new AbortController();
    const { signal } = controller;
    const call = isolationError(shared().invoke(LIBRARY, "untilSignal", [signal], { signal }));
    await untilNoted(shared(), "waiting");
    controller.abort(new Error("enough"));
    expect(await call).toMatchObject({ code: "CANCELLED" });
    await untilNoted(shared(), "enough");
  });

  test("by another signal fires the signal that is an argument", async () => {
    await shared().invoke(LIBRARY, "reset");
    const lent = new AbortController();
    const call = isolationError(shared().invoke(LIBRARY, "untilSignal", [lent.signal], { timeoutMs: 100 }));
    await untilNoted(shared(), "waiting");
    expect(await call).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    const { pid } = shared();
    expect(await shared().invoke(LIBRARY, "pid")).toBe(pid);
  });

  test("hurts no neighbour", async () => {
    const controller = new AbortController();
    const neighbours = Array.from({ length: 20 }, (_, index) => shared().invoke(LIBRARY, "sleep", [30, index]));
    const cancelled = Array.from({ length: 20 }, () =>
      isolationError(shared().invoke(LIBRARY, "never", [], { signal: controller.signal })),
    );
    controller.abort();
    for (const failure of await Promise.all(cancelled)) expect(failure.code).toBe("CANCELLED");
    expect(await Promise.all(neighbours)).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });
});

describe("text", () => {
  test("longer than the longest message crosses both ways in the same process", async () => {
    const isolator = await useIsolator({ restart: false });
    expect(await isolator.invoke(LIBRARY, "byteLength", ["x".repeat(70 << 20)])).toBe(70 << 20);
    expect(await isolator.invoke(LIBRARY, "makeText", [70 << 20])).toHaveLength(70 << 20);
  });

  test("of a hundred calls in one turn, a mebibyte each, crosses", async () => {
    const isolator = await useIsolator({ restart: false });
    const text = "x".repeat(1 << 20);
    const lengths = await Promise.all(
      Array.from({ length: 100 }, () => isolator.invoke(LIBRARY, "byteLength", [text])),
    );
    expect(lengths).toEqual(new Array(100).fill(1 << 20));
  });
});

describe("a death of the process", () => {
  test("fails a stream that is being consumed with CRASHED", async () => {
    const isolator = await useIsolator({ restart: false });
    const api = load(isolator);
    const quiet = (await api.quiet?.()) as unknown as AsyncGenerator;
    await quiet.next();
    const next = isolationError(quiet.next());
    process.kill(isolator.pid, "SIGKILL");
    expect(await next).toMatchObject({ code: "CRASHED", facts: { signal: "SIGKILL" } });
    expect(await quiet.next()).toEqual({ done: true, value: undefined });
  });

  test("fails a call of what the process has lent", async () => {
    const isolator = await useIsolator({ restart: false });
    const lent: Array<() => Promise<unknown>> = [];
    await isolator.invoke(LIBRARY, "lendKept", [(fn: () => Promise<unknown>) => void lent.push(fn)]);
    const call = isolationError((lent[0] as () => Promise<unknown>)());
    process.kill(isolator.pid, "SIGKILL");
    expect(await Promise.race([call, new Promise((resolve) => setTimeout(resolve, 3_000, "hangs"))])).toMatchObject({
      code: "CRASHED",
    });
  });
});

describe("shutdown", () => {
  test("settles streams, callbacks and calls that are open", async () => {
    const isolator = await ProcessIsolator.create();
    const api = load(isolator);
    const quiet = (await api.quiet?.()) as unknown as AsyncGenerator;
    await quiet.next();
    const waits = [
      rejection(quiet.next()),
      rejection(isolator.invoke(LIBRARY, "callBack", [() => new Promise(() => {})])),
      rejection(isolator.invoke(LIBRARY, "never")),
    ];
    await isolator.invoke(LIBRARY, "echo", [1]);
    await isolator.shutdown({ graceMs: 100 });
    for (const failure of await Promise.all(waits)) expect(failure).toMatchObject({ code: "STOPPED" });
  });

  test("delivers a large answer of the last call", async () => {
    const isolator = await ProcessIsolator.create();
    await isolator.invoke(LIBRARY, "makeText", [1]);
    const answer = isolator.invoke(LIBRARY, "makeText", [20 << 20]);
    await Promise.all([isolator.shutdown({ graceMs: 5_000 }), expect(answer).resolves.toHaveLength(20 << 20)]);
  });

  test("lets a call that was made before finish, even the first one of its export", async () => {
    const isolator = await ProcessIsolator.create();
    const answer = isolator.invoke(LIBRARY, "echo", ["made before"]);
    await Promise.all([isolator.shutdown({ graceMs: 5_000 }), expect(answer).resolves.toBe("made before")]);
  });

  test("lets a stream that is being consumed run to its end", async () => {
    const isolator = await ProcessIsolator.create();
    const numbers = (await load(isolator).count?.(5_000)) as unknown as AsyncGenerator;
    await numbers.next();
    const down = isolator.shutdown({ graceMs: 5_000 });
    let items = 1;
    for await (const _ of numbers) items += 1;
    expect(items).toBe(5_000);
    await down;
  });
});
