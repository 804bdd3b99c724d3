import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { graphDifference } from "../codec/same-graph.js";
import { rejection } from "../helpers/rejection.js";
import { describeLanes } from "./use-lanes.js";

const MATRIX = fileURLToPath(new URL("fixtures/value-matrix.mjs", import.meta.url));
const { matrix, names } = (await import(MATRIX)) as { matrix: Record<string, () => unknown>; names: string[] };

const make = (name: string): unknown => matrix[name]?.();

function expectSame(name: string, received: unknown): void {
  expect(graphDifference(make(name), received)).toBeUndefined();
}

describeLanes(MATRIX, (call) => {
  // The process makes the result by itself, so that two wrongs of one codec do not make a right.
  describe("crosses as a result", () => {
    test.each(names)("%s", async (name) => {
      expectSame(name, await call("make", name));
      expectSame(name, await call("makeLater", name));
    });
  });

  describe("crosses as an argument, and back", () => {
    test.each(names)("%s", async (name) => {
      expectSame(name, await call("echo", make(name)));
      const value = make(name);
      const all = await call("echoAll", 1, value, [value], undefined, value);
      expect(graphDifference([1, value, [value], undefined, value], all)).toBeUndefined();
    });
  });

  describe("crosses as a callback's argument and result", () => {
    test.each(names)("%s", async (name) => {
      const received: unknown[] = [];
      const returned = await call(
        "echoBy",
        async (value: unknown) => {
          received.push(value);
          return make(name);
        },
        make(name),
      );
      expectSame(name, received[0]);
      expectSame(name, returned);
    });
  });

  describe("crosses as an item of a stream, either way", () => {
    test.each(names)("%s", async (name) => {
      const given = [make(name), "between", make(name)];
      const items: unknown[] = [];
      for await (const item of (await call("stream", ...given)) as AsyncIterable<unknown>) items.push(item);
      expect(items.length).toBe(3);
      for (const item of [items[0], items[2]]) expectSame(name, item);
      const collected = (await call("collect", generate(given))) as unknown[];
      for (const item of [collected[0], collected[2]]) expectSame(name, item);
    });
  });

  test("each crosses when it is thrown; errors with their own stack first", async () => {
    for (const name of names) {
      const thrown = await rejection(call("throwIt", name));
      const own = make(name);
      if (own instanceof Error && thrown instanceof Error) {
        expect(`${thrown.stack}\n`.startsWith(`${own.stack}\n`), name).toBe(true);
        thrown.stack = own.stack ?? "";
      }
      expect(graphDifference(own, thrown), name).toBeUndefined();
    }
  });

  test("each crosses as the reason of a signal", async () => {
    for (const name of names) {
      // `abort(undefined)` gives a reason of its own.
      if (name === "undefined") continue;
      const controller = new AbortController();
      const reason = call("giveSignal", controller.signal);
      setImmediate(() => controller.abort(make(name)));
      expect(graphDifference(make(name), await reason), name).toBeUndefined();
    }
  });

  test("all of them cross in one turn, in one value and beside each other", async () => {
    const values = names.map(make);
    expect(graphDifference(values, await call("echo", values))).toBeUndefined();
    const separately = await Promise.all(values.map((value) => call("echo", value)));
    for (const [index, value] of separately.entries()) expectSame(names[index] as string, value);
  });
});

async function* generate(values: readonly unknown[]): AsyncGenerator<unknown> {
  yield* values;
}
