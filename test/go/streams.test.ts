import type { ProcessIsolator } from "process-isolation";
import { describe, expect, test } from "vitest";
import { rejection } from "../helpers/rejection.js";
import { useIsolator } from "../helpers/use-isolator.js";
import { hasNoGo, useGoProgram } from "./go-program.js";

const MODULE = "./program";

describe.skipIf(hasNoGo)("streams of an isolated Go program", () => {
  const program = useGoProgram();
  const start = (): Promise<ProcessIsolator> => useIsolator({ lane: "descriptor", ...program() });

  test.each(["count", "channel"])("%s gives its items in order, however many", async (method) => {
    const isolator = await start();
    const stream = await isolator.invoke<AsyncIterable<number>>(MODULE, method, [5_000]);
    let last = 0;
    for await (const item of stream) {
      expect(item).toBe(last + 1);
      last = item;
    }
    expect(last).toBe(5_000);
  });

  test("the error of an iterator comes after its items", async () => {
    const isolator = await start();
    const items: number[] = [];
    const failed = await rejection(
      (async () => {
        const stream = await isolator.invoke<AsyncIterable<number>>(MODULE, "failAfter", [2]);
        for await (const item of stream) items.push(item);
      })(),
    );
    expect(items).toEqual([1, 2]);
    expect(failed).toMatchObject({ name: "boundError", message: "more than 2" });
  });

  test("a consumer that leaves ends the iterator and its context", async () => {
    const isolator = await start();
    for await (const item of await isolator.invoke<AsyncIterable<number>>(MODULE, "endless")) if (item === 3) break;
    expect(await isolator.invoke(MODULE, "ended")).toBe("endless: the caller waits no more");
  });

  test("a stream of the caller is an iterator", async () => {
    const isolator = await start();
    const numbers = async function* () {
      for (let number = 1; number <= 3_000; number++) yield number;
    };
    expect(await isolator.invoke(MODULE, "total", [numbers()])).toBe((3_000 * 3_001) / 2);
  });
});
