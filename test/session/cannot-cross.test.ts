import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { isolationError, rejection } from "../helpers/rejection.js";
import { describeLanes } from "./use-lanes.js";

const CANNOT_CROSS = fileURLToPath(new URL("fixtures/cannot-cross.mjs", import.meta.url));

const symbol = Symbol("s");

describeLanes(CANNOT_CROSS, (call) => {
  const expectUnharmed = async (): Promise<void> => expect(await call("echo", [1n])).toEqual([1n]);

  describe("what cannot cross is NOT_SERIALIZABLE with its path", () => {
    const cycle: Record<string, unknown> = { list: [0] };
    (cycle.list as unknown[]).push(cycle, { symbol });
    test.each<[path: string, args: unknown[]]>([
      ["args[0] is a symbol (s)", [symbol]],
      ["args[2].a.b is a symbol (s)", [1, "two", { a: { b: symbol } }]],
      ['args[0]["odd key"][1] is a symbol (s)', [{ "odd key": [0, symbol] }]],
      ['args[0].get("k").values()[0] is a symbol (s)', [new Map([["k", new Set([symbol])]])]],
      [
        "args[0].keys()[1] is a symbol (s)",
        [
          new Map<unknown, unknown>([
            [1, 1],
            [symbol, 2],
          ]),
        ],
      ],
      [
        'args[0]["__proto__"] is a symbol (s)',
        [JSON.parse('{"__proto__":0}', (key, value) => (key === "__proto__" ? symbol : value))],
      ],
      ["args[0].list[2].symbol is a symbol (s)", [cycle]],
      ["args[1] is an instance of WeakMap", [Buffer.alloc(100_000), new WeakMap()]],
      ["args[0].later is an instance of Promise", [{ later: Promise.resolve(1) }]],
      ["args[0] is an instance of URL", [new URL("http://host/")]],
      ["args[0].bytes is an instance of SharedArrayBuffer", [{ bytes: new SharedArrayBuffer(8) }]],
    ])("among the arguments: %s", async (path, args) => {
      const error = await isolationError(attempt(() => call("echo", ...args)));
      expect(error.code).toBe("NOT_SERIALIZABLE");
      expect(error.message).toContain(path);
      await expectUnharmed();
    });

    test.each([
      ["makeBad", 'result.rows[1]["odd key"].get("k") is a symbol (s)'],
      ["makeBadLater", "result[1].on is a function (on)"],
    ])("in the result of %s(): %s", async (method, path) => {
      const error = await isolationError(call(method));
      expect(error.code).toBe("NOT_SERIALIZABLE");
      expect(error.message).toContain(path);
      await expectUnharmed();
    });

    test("in an item of a stream, after those before", async () => {
      const items: unknown[] = [];
      const failure = await rejection(
        (async () => {
          for await (const item of (await call("streamBad")) as AsyncIterable<unknown>) items.push(item);
        })(),
      );
      expect(items).toEqual([{ fine: new Map() }]);
      expect(failure).toMatchObject({
        code: "NOT_SERIALIZABLE",
        message: expect.stringContaining("item.rows[0] is a symbol (s)"),
      });
      await expectUnharmed();
    });

    test("in an item of a stream that is an argument, where the process reads it", async () => {
      const described = await call("describeStream", generateBad());
      expect(described).toMatchObject({
        items: [1],
        code: "NOT_SERIALIZABLE",
        message: expect.stringContaining("item.b is a symbol (s)"),
      });
      await expectUnharmed();
    });

    test("among a callback's arguments, in the process, which goes on", async () => {
      const received: unknown[] = [];
      const described = await call("callWithBad", (...args: unknown[]) => void received.push(args));
      expect(described).toMatchObject({
        code: "NOT_SERIALIZABLE",
        message: expect.stringContaining("args[1].a[0] is an instance of WeakMap"),
      });
      expect(received).toEqual([]);
      await expectUnharmed();
    });

    test.each([
      ["at once", () => ({ a: [symbol] })],
      ["later", async () => ({ a: [symbol] })],
    ])("in what a callback returns %s, in the process", async (_, callback) => {
      const described = await call("describeCall", callback);
      expect(described).toMatchObject({
        code: "NOT_SERIALIZABLE",
        message: expect.stringContaining("result.a[0] is a symbol (s)"),
      });
      await expectUnharmed();
    });
  });

  test("a field that cannot cross is lost from a thrown error, and the rest of it arrives", async () => {
    const error = await rejection(call("throwWithBad"));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: "with a field that cannot cross", good: 1n });
    expect(error).not.toHaveProperty("bad");
  });

  test("a hundred calls that cannot cross leave those beside them alone", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) =>
        attempt(() => call("echo", index % 2 === 0 ? index : { index, symbol })),
      ),
    );
    for (const [index, outcome] of outcomes.entries()) {
      if (index % 2 === 0) expect(outcome).toEqual({ status: "fulfilled", value: index });
      else expect(outcome).toMatchObject({ status: "rejected", reason: { code: "NOT_SERIALIZABLE" } });
    }
  });
});

/** A bare Session throws where the SDK rejects. */
async function attempt(start: () => Promise<unknown>): Promise<unknown> {
  return start();
}

async function* generateBad(): AsyncGenerator<unknown> {
  yield 1;
  yield { b: symbol };
}
