import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { recordWarnings } from "../helpers/record-warnings.js";
import { isolationError } from "../helpers/rejection.js";
import { useSharedIsolator, whereIsolated } from "../helpers/use-isolator.js";

const MODULE = fileURLToPath(new URL("fixtures/cancel-reasons.mjs", import.meta.url));

const isolator = useSharedIsolator();
const call = (method: string, args: unknown[] = [], options: object = {}): Promise<unknown> =>
  isolator().invoke(MODULE, method, args, options);

/** A stream without an end, and what its source hears. */
function source(): { stream: ReadableStream; started: Promise<void>; reason: Promise<unknown> } {
  const { promise: reason, resolve: onCancel } = promiseOf<unknown>();
  const { promise: started, resolve: onStart } = promiseOf<void>();
  const stream = new ReadableStream(
    {
      pull: (controller) => {
        onStart();
        controller.enqueue(1);
      },
      cancel: onCancel,
    },
    { highWaterMark: 0 },
  );
  return { stream, started, reason };
}

function promiseOf<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe("the source of a stream among the arguments hears why nobody reads on", () => {
  test("what the reader gave to cancel", async () => {
    const { stream, reason } = source();
    await call("cancel", [stream, new RangeError("enough")]);
    expect(await reason).toEqual(new RangeError("enough"));
  });

  test("the reason of the signal that cancelled the call", async () => {
    const { stream, started, reason } = source();
    const controller = new AbortController();
    const reading = isolationError(call("readOn", [stream], { signal: controller.signal }));
    await started;
    const why = new Error("the user has left");
    controller.abort(why);
    expect((await reading).cause).toBe(why);
    expect(await reason).toBe(why);
  });

  test("that the call took too long", async () => {
    const { stream, reason } = source();
    const error = await isolationError(call("readOn", [stream], { timeoutMs: 100 }));
    expect(await reason).toBe(error);
  });

  test("that the call is over", async () => {
    const { stream, reason } = source();
    expect(await call("readOne", [stream])).toBe("left");
    expect(await reason).toMatchObject({ code: "STOPPED" });
  });

  whereIsolated(() => {
    test("that the process has ended", async () => {
      const { stream, started, reason } = source();
      const reading = isolationError(call("readOn", [stream]));
      await started;
      await isolationError(call("die"));
      expect((await reading).code).toBe("CRASHED");
      expect(await reason).toMatchObject({ name: "IsolationError" });
    });
  });

  test("an iterator hears it in return", async () => {
    const { promise: reason, resolve: onReturn } = promiseOf<unknown>();
    const { promise: started, resolve: onStart } = promiseOf<void>();
    const iterable = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          onStart();
          return { done: false, value: 1 };
        },
        return: async (value: unknown) => {
          onReturn(value);
          return { done: true, value };
        },
      }),
    };
    const controller = new AbortController();
    const reading = isolationError(call("readOn", [iterable], { signal: controller.signal }));
    await started;
    controller.abort("the user has left");
    await reading;
    expect(await reason).toBe("the user has left");
  });
});

test("the source of a stream in a result hears what the host gave to cancel", async () => {
  const stream = (await call("source")) as ReadableStream;
  await stream.cancel(new RangeError("enough"));
  expect(await call("heard")).toEqual(new RangeError("enough"));
});

test("a locked stream is refused at the call, with its path", async () => {
  const { stream } = source();
  const reader = stream.getReader();
  onTestFinished(() => reader.cancel());
  const error = await isolationError(call("readOn", [{ body: stream }]));
  expect(error.code).toBe("NOT_SERIALIZABLE");
  expect(error.message).toContain("args[0].body is a ReadableStream that is locked to a reader");
});

test("one signal among the arguments of many calls warns nobody", async () => {
  const warnings = recordWarnings();
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 30 }, (_, index) => call("echo", [index, signal, { deep: signal }])));
  expect(warnings).toEqual([]);
});
