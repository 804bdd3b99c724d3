import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { type End, settle, useSessionPair } from "./use-session-pair.js";

type Stream<T = unknown> = AsyncGenerator<T, undefined, undefined>;

async function stream<T = unknown>(caller: End, method: string, ...args: unknown[]): Promise<Stream<T>> {
  return (await caller.call(method, ...args)) as Stream<T>;
}

interface Notes {
  readonly cleanups: number;
  readonly produced: number;
  readonly seen: readonly unknown[];
}

async function notesOf(caller: End): Promise<Notes> {
  return (await caller.call("notes")) as Notes;
}

async function collect(source: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** What the promise comes to within a second, or "nothing". */
function soon<T>(promise: Promise<T>): Promise<T | "nothing"> {
  return Promise.race([promise, new Promise<"nothing">((resolve) => setTimeout(resolve, 1_000, "nothing"))]);
}

describe("a result that is a stream", () => {
  test("delivers its items in order and then ends", async () => {
    const { caller, callee } = await useSessionPair();
    expect(await collect(await stream(caller, "count", 5_000))).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
    await settle(caller, callee);
    expect(callee.session.lent).toBe(0);
  });

  test("fails where its generator fails, after the items before", async () => {
    const { caller } = await useSessionPair();
    const items: unknown[] = [];
    const failure = await rejection(
      (async () => {
        for await (const item of await stream(caller, "count", 10, 3)) items.push(item);
      })(),
    );
    expect(items).toEqual([0, 1, 2]);
    expect(failure).toBeInstanceOf(RangeError);
    expect(failure).toMatchObject({ message: "no 3" });
  });

  test.each([false, true])("fails with a large error as itself (shared memory: %s)", async (sharedMemory) => {
    const { caller } = await useSessionPair({ sharedMemory });
    const failure = await rejection(collect(await stream(caller, "failsLarge", 100_000)));
    expect(failure).toBeInstanceOf(RangeError);
    expect((failure as Error).message.length).toBe(100_000);
  });

  test("runs its generator's finally before an early break continues", async () => {
    const { caller } = await useSessionPair();
    await caller.call("reset");
    for await (const item of await stream(caller, "count", 1e9)) if (item === 10) break;
    expect((await notesOf(caller)).cleanups).toBe(1);
  });

  test("runs ahead of its consumer by no more than a window", async () => {
    const { caller, callee } = await useSessionPair();
    await caller.call("reset");
    const numbers = await stream(caller, "count", 1e9);
    await numbers.next();
    await settle(caller, callee);
    const { produced } = await notesOf(caller);
    expect(produced).toBeGreaterThan(1);
    expect(produced).toBeLessThanOrEqual(1_026);
    await numbers.return(undefined);
  });

  test("answers any number of next() at once, in order", async () => {
    const { caller } = await useSessionPair();
    const numbers = await stream(caller, "count", 1e9);
    const items = await soon(Promise.all(Array.from({ length: 3_000 }, async () => (await numbers.next()).value)));
    expect(items).toEqual(Array.from({ length: 3_000 }, (_, index) => index));
  });

  test("answers any number of next() at once for large items", async () => {
    const { caller } = await useSessionPair({ sharedMemory: true });
    const blocks = await stream<Buffer>(caller, "blocks", 100, 64 * 1024);
    const items = await soon(Promise.all(Array.from({ length: 40 }, () => blocks.next())));
    expect(items).not.toBe("nothing");
  });

  test("does not start its generator before it is consumed", async () => {
    const { caller, callee } = await useSessionPair();
    await caller.call("reset");
    const numbers = await stream(caller, "count", 5);
    await settle(caller, callee);
    expect((await notesOf(caller)).produced).toBe(0);
    await numbers.return(undefined);
    await settle(caller, callee);
    expect(callee.session.lent).toBe(0);
  });

  test("can be left while its generator waits for something", async () => {
    const { caller } = await useSessionPair();
    const left = (async () => {
      for await (const item of await stream(caller, "quiet")) {
        expect(item).toBe("first");
        break;
      }
      return "left";
    })();
    expect(await soon(left)).toBe("left");
  });

  test("is dropped with its loan when nobody can reach it any more", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const { caller, callee } = await useSessionPair();
    for (let round = 0; round < 20; round += 1) await caller.call("count", 5);
    await until(() => {
      collectGarbage();
      caller.session.ping().catch(() => {});
      return callee.session.lent <= 1;
    }, 3_000);
  });

  test("may be one of a hundred at once", async () => {
    const { caller, callee } = await useSessionPair();
    const sums = await Promise.all(
      Array.from({ length: 100 }, async () => (await collect(await stream(caller, "count", 300))).length),
    );
    expect(sums).toEqual(new Array(100).fill(300));
    await settle(caller, callee);
    expect(callee.session.lent).toBe(0);
  });

  test("fails with the session's error when that ends", async () => {
    const { caller } = await useSessionPair();
    const numbers = await stream(caller, "quiet");
    await numbers.next();
    const next = rejection(numbers.next());
    caller.session.close(new Error("the process died"));
    expect(await next).toMatchObject({ message: "the process died" });
  });

  test("may be nested in an object, beside others", async () => {
    const { caller } = await useSessionPair({
      exports: { two: () => ({ a: gen(2), b: [gen(3)] }) },
    });
    const { a, b } = (await caller.call("two")) as { a: Stream; b: [Stream] };
    expect(await collect(b[0])).toEqual([0, 1, 2]);
    expect(await collect(a)).toEqual([0, 1]);
  });

  test("ends with an error that names the path when an item cannot cross", async () => {
    const { caller } = await useSessionPair({ exports: { bad: () => symbols() } });
    const items = await stream(caller, "bad");
    expect((await items.next()).value).toBe(1);
    const failure = await rejection(items.next());
    expect(failure).toMatchObject({ code: "NOT_SERIALIZABLE" });
    expect((failure as Error).message).toContain("item.a is a symbol");
  });
});

describe("throw() into a stream", () => {
  test("is answered by what the generator answers, and not by an item from before", async () => {
    const { caller } = await useSessionPair();
    const items = await stream(caller, "catches");
    expect((await items.next()).value).toBe("first");
    expect(await items.throw(new Error("thrown in"))).toEqual({ done: false, value: "caught thrown in" });
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  test("rejects with the error when the generator does not catch it, and runs its finally", async () => {
    const { caller } = await useSessionPair();
    await caller.call("reset");
    const numbers = await stream(caller, "count", 1e9);
    expect((await numbers.next()).value).toBe(0);
    const failure = await rejection(numbers.throw(new TypeError("thrown in")));
    expect(failure).toBeInstanceOf(TypeError);
    expect((await notesOf(caller)).cleanups).toBe(1);
    expect(await numbers.next()).toEqual({ done: true, value: undefined });
  });

  test("rejects with the error when the stream has ended", async () => {
    const { caller } = await useSessionPair();
    const numbers = await stream(caller, "count", 1);
    await collect(numbers);
    expect(await rejection(numbers.throw(new TypeError("too late")))).toBeInstanceOf(TypeError);
  });
});

describe("a ReadableStream", () => {
  test("crosses as a result", async () => {
    const { caller } = await useSessionPair();
    const readable = await caller.call("readable", 500);
    expect(readable).toBeInstanceOf(ReadableStream);
    expect(await collect(readable as ReadableStream)).toEqual(Array.from({ length: 500 }, (_, index) => index));
  });

  test("crosses as an argument", async () => {
    const { caller } = await useSessionPair();
    const source = new ReadableStream({
      start(controller) {
        for (let index = 0; index < 50; index += 1) controller.enqueue({ index });
        controller.close();
      },
    });
    expect(await caller.call("collect", source)).toEqual(Array.from({ length: 50 }, (_, index) => ({ index })));
  });

  test("tells its source the reason it was cancelled for", async () => {
    const { caller } = await useSessionPair();
    await caller.call("reset");
    const readable = (await caller.call("readable", 1e9)) as ReadableStream;
    const reader = readable.getReader();
    await reader.read();
    await reader.cancel("no more");
    expect(await notesOf(caller)).toMatchObject({ cleanups: 1, seen: ["no more"] });
  });

  test("can be cancelled while its source is quiet", async () => {
    const { caller } = await useSessionPair();
    await caller.call("reset");
    const reader = ((await caller.call("quietReadable")) as ReadableStream).getReader();
    expect((await reader.read()).value).toBe("first");
    expect(await soon(reader.cancel())).toBe(undefined);
    expect((await notesOf(caller)).cleanups).toBe(1);
  });
});

describe("an argument that is a stream", () => {
  test("delivers its items in order", async () => {
    const { caller } = await useSessionPair();
    expect(await caller.call("collect", gen(3_000))).toEqual(Array.from({ length: 3_000 }, (_, index) => index));
    expect(caller.session.lent).toBe(0);
  });

  test("fails in the callee where it fails in the caller", async () => {
    const { caller } = await useSessionPair();
    const failure = await rejection(caller.call("collect", failing()));
    expect(failure).toBeInstanceOf(TypeError);
    expect(failure).toMatchObject({ message: "source broke" });
  });

  test.each<[string, () => unknown, RegExp]>([
    ["its iterator is none", () => 5, /Symbol\.asyncIterator method is not an object/],
    ["next() gives no result", () => ({ next: () => 5 }), /Iterator result 5 is not an object/],
    ["next() gives nothing", () => ({ next: () => undefined }), /Iterator result undefined is not an object/],
  ])("fails as where it is when %s", async (_, iterate, message) => {
    const { caller } = await useSessionPair();
    const source = { [Symbol.asyncIterator]: iterate };
    const failure = await rejection(caller.call("takeSome", source, 2));
    expect(failure).toBeInstanceOf(TypeError);
    expect((failure as Error).message).toMatch(message);
    expect(await rejection(collect(source as AsyncIterable<unknown>))).toBeInstanceOf(TypeError);
  });

  test.each([0, 3])("is stopped when the callee has taken %i items and returned", async (taken) => {
    let stopped = 0;
    const { caller, callee } = await useSessionPair();
    async function* source() {
      try {
        for (let index = 0; ; index += 1) yield index;
      } finally {
        stopped += 1;
      }
    }
    expect(await caller.call("takeSome", source(), taken)).toEqual(Array.from({ length: taken }, (_, index) => index));
    await settle(caller, callee);
    expect(stopped).toBe(taken === 0 ? 0 : 1);
    expect(caller.session.lent).toBe(0);
  });

  test("lives as long as the stream that is made of it", async () => {
    const { caller, callee } = await useSessionPair();
    expect(await collect(await stream(caller, "map", gen(3_000)))).toHaveLength(3_000);
    await settle(caller, callee);
    expect(caller.session.lent).toBe(0);
  });
});

describe("a callback or signal that is an argument of a stream", () => {
  test("may be called as long as the stream is consumed", async () => {
    const { caller, callee } = await useSessionPair();
    const doubled = await stream(caller, "map", gen(5), (item: number) => item * 2);
    await settle(caller, callee);
    expect(await collect(doubled)).toEqual([0, 2, 4, 6, 8]);
    await settle(caller, callee);
    expect(caller.session.lent).toBe(0);
  });

  test("reaches the generator while it runs", async () => {
    const { caller } = await useSessionPair();
    const controller = new AbortController();
    const numbers = await stream(caller, "untilAborted", controller.signal);
    await numbers.next();
    controller.abort();
    const rest = await soon(collect(numbers));
    expect(rest).not.toBe("nothing");
    await numbers.return(undefined);
  });
});

async function* gen(to: number): AsyncGenerator<number> {
  for (let index = 0; index < to; index += 1) yield index;
}

async function* failing(): AsyncGenerator<number> {
  yield 1;
  throw new TypeError("source broke");
}

async function* symbols(): AsyncGenerator<unknown> {
  yield 1;
  yield { a: Symbol("s") };
}
