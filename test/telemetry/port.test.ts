import { IsolationError } from "process-isolation";
import { describe, expect, test } from "vitest";
import { type Traced, telemetryFixture } from "../adapters/use-sdk.js";
import { recordWarnings } from "../helpers/record-warnings.js";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useIsolate } from "../helpers/use-isolate.js";
import { useTelemetry } from "../helpers/use-telemetry.js";

const TRACED = telemetryFixture("traced.mjs");

describe("telemetry", () => {
  test("hears of an isolate's life and of its calls, in order", async () => {
    const { telemetry, heard } = useTelemetry();
    const { api, isolator } = await useIsolate<Traced>(TRACED, { name: "math", telemetry });
    expect(heard.splice(0)).toEqual(["watches math", "start of 1, first"]);
    await api.work(1);
    expect(heard.splice(0)).toEqual(["work by host of math", "work in 1, attempt 1", "work done"]);
    await rejection(api.fail());
    expect(heard.splice(0).at(-1)).toBe("fail failed: TypeError");
    await isolator.recycle();
    await until(() => heard.length === 2);
    expect(heard.splice(0)).toEqual(["start of 2, recycle", "death of 1: requested, true"]);
    await isolator.shutdown();
    expect(heard).toEqual(["death of 2: requested, false", "watches no more"]);
  });

  test("hears that a call waits, that it is replayed, and where", async () => {
    const { telemetry, heard } = useTelemetry();
    const { isolator } = await useIsolate<Traced>(TRACED, { name: "math", telemetry });
    heard.splice(0);
    await isolator.load<Traced>(TRACED, { idempotent: true }).dieOnce();
    expect(heard).toEqual([
      "dieOnce by host of math",
      "dieOnce in 1, attempt 1",
      "dieOnce queued",
      "death of 1: signal, true",
      "start of 2, restart",
      "dieOnce in 2, attempt 2",
      "dieOnce done",
    ]);
  });

  test("hears of calls that never run, once", async () => {
    const { telemetry, heard } = useTelemetry();
    const { api, isolator } = await useIsolate<Traced>(TRACED, {
      name: "math",
      telemetry,
      maxInFlight: 1,
      maxQueue: 0,
    });
    const over = isolator.load<Traced>(TRACED, { signal: AbortSignal.abort() });
    heard.splice(0);
    await rejection(over.work(1));
    expect(heard.splice(0)).toEqual(["work by host of math", "work failed: IsolationError"]);
    const stopping = new AbortController();
    const waiting = rejection(isolator.load<Traced>(TRACED, { signal: stopping.signal }).wait());
    expect(IsolationError.is(await rejection(api.work(1)), "QUEUE_FULL")).toBe(true);
    expect(heard.splice(0)).toEqual([
      "wait by host of math",
      "wait in 1, attempt 1",
      "work by host of math",
      "work failed: IsolationError",
    ]);
    stopping.abort();
    await waiting;
    expect(heard.splice(0)).toEqual(["wait failed: IsolationError"]);
    await isolator.shutdown({ graceMs: 0 });
    heard.splice(0);
    await rejection(api.work(1));
    expect(heard).toEqual(["work by host of math", "work failed: IsolationError"]);
  });

  test("gives a call what crosses as its trace", async () => {
    const { telemetry } = useTelemetry({ traceparent: "theirs", added: "1" });
    const { isolator } = await useIsolate(TRACED, { telemetry });
    const call = isolator.invoke(TRACED, "carried", [], { trace: { traceparent: "mine" } });
    expect(await call).toEqual({ traceparent: "theirs", added: "1" });
  });

  test("hears of the calls that onGeneration makes", async () => {
    const { telemetry, heard } = useTelemetry();
    await useIsolate<Traced>(TRACED, {
      name: "math",
      telemetry,
      onGeneration: async (api) => void (await api.work(1)),
    });
    expect(heard).toContain("work done");
    expect(heard.indexOf("work done")).toBeLessThan(heard.indexOf("start of 1, first"));
  });

  test("reads what an isolate uses", async () => {
    const { telemetry, gauges } = useTelemetry();
    const { api, isolator } = await useIsolate<Traced>(TRACED, { name: "math", telemetry, maxInFlight: 1 });
    const calls = [rejection(api.wait()), rejection(api.wait())];
    const [gauge] = gauges;
    expect(gauge?.read()).toMatchObject({ up: true, generation: 1, pid: isolator.pid, queued: 1, inFlight: 1 });
    expect(gauge?.read().rssBytes).toBeGreaterThan(1024 * 1024);
    const { cpuSeconds = 0 } = gauge?.read() ?? {};
    await isolator.terminate();
    await Promise.all(calls);
    const after = gauge?.read();
    expect(after).toMatchObject({ up: false, queued: 0, inFlight: 0, rssBytes: undefined });
    expect(after?.cpuSeconds).toBeGreaterThanOrEqual(cpuSeconds);
  });

  test("of several, each hears", async () => {
    const [one, other] = [useTelemetry({ a: "1" }), useTelemetry({ b: "2" })];
    const { isolator } = await useIsolate(TRACED, { telemetry: [one.telemetry, other.telemetry] });
    expect(await isolator.invoke(TRACED, "carried")).toEqual({ a: "1", b: "2" });
    expect(one.heard).toEqual(other.heard);
  });

  test("that throws changes nothing, and is reported once", async () => {
    const warnings = recordWarnings();
    const broken = (): never => {
      throw new Error("telemetry is broken");
    };
    const spans = {
      get trace(): never {
        return broken();
      },
      queued: broken,
      began: broken,
      end: broken,
    };
    const telemetry = { call: () => spans, start: () => ({ end: broken }), death: broken, watch: () => broken };
    const { api, isolator } = await useIsolate<Traced>(TRACED, { name: "math", telemetry });
    expect(await api.work(1)).toBe(1);
    expect(await rejection(api.fail())).toBeInstanceOf(TypeError);
    await isolator.shutdown();
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.filter((warning) => warning.includes("telemetry is broken"))).toHaveLength(1);
  });

  test.each([[null], [1], [{}], [{ call: 1 }], [[{}]], [{ others: 1 }]])("%j is refused", async (telemetry) => {
    const error = await rejection(useIsolate(TRACED, { telemetry: telemetry as never }));
    expect((error as Error).message).toMatch(/telemetry must be an object with call, start, death, watch/);
  });
});
