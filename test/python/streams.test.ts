import { describe, expect, test } from "vitest";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useSharedIsolator } from "../helpers/use-isolator.js";
import { noPython, PYTHON, stats } from "./use-python.js";

describe.skipIf(noPython)("streams and callbacks of a Python module", () => {
  const isolator = useSharedIsolator(PYTHON);

  const streamOf = async (method: string, args: unknown[]): Promise<AsyncIterable<unknown>> =>
    (await isolator().invoke(stats, method, args)) as AsyncIterable<unknown>;

  test.each(["count", "count_later"])("%s: a generator streams", async (method) => {
    const items: unknown[] = [];
    for await (const item of await streamOf(method, [3_000])) items.push(item);
    expect(items).toEqual(Array.from({ length: 3_000 }, (_, index) => index));
  });

  test("a generator runs ahead of a slow reader no further than its window", async () => {
    let produced = 0;
    const report = (): void => {
      produced += 1;
    };
    const stream = (await streamOf("count_with", [report, 100_000])) as AsyncGenerator<unknown>;
    await stream.next();
    await until(() => produced > 100);
    await stream.return(undefined);
    expect(produced).toBeLessThan(4_096);
  });

  test("an iterable of the host is read there", async () => {
    async function* numbers() {
      for (let index = 1; index <= 2_000; index += 1) yield index;
    }
    expect(await isolator().invoke(stats, "total", [numbers()])).toBe(2_001_000);
  });

  test.each(["report_each", "report_each_later"])("%s: a function of the host is called", async (method) => {
    const double = async (value: number): Promise<number> => value * 2;
    expect(await isolator().invoke(stats, method, [double, 5])).toEqual([0, 2, 4, 6, 8]);
  });

  test("a function of the host may call the module again", async () => {
    const again = (value: number) => isolator().invoke(stats, "mean", [[value, value]]);
    expect(await isolator().invoke(stats, "report_each", [again, 3])).toEqual([0, 1, 2]);
  });

  test("what a function of the host throws is raised in Python, and comes back", async () => {
    const fail = (): never => {
      throw new RangeError("of the host");
    };
    expect(await rejection(isolator().invoke(stats, "report_each", [fail, 1]))).toMatchObject({
      name: "RangeError",
      message: "of the host",
    });
  });
});
