import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from "@opentelemetry/api";
import { TraceState } from "@opentelemetry/core";
import { IsolationError, isolatePool } from "process-isolation";
import { openTelemetry, serveSpans } from "process-isolation/opentelemetry";
import { describe, expect, onTestFinished, test } from "vitest";
import { StartSpans } from "../../src/adapters/opentelemetry/start-spans.js";
import { rejection } from "../helpers/rejection.js";
import { until } from "../helpers/until.js";
import { useIsolate } from "../helpers/use-isolate.js";
import { imported, type Traced, telemetryFixture, useSdk } from "./use-sdk.js";

const TRACED = telemetryFixture("traced.mjs");
const WITH_SDK = { name: "math", execArgv: imported("sdk.mjs") };

describe("a call", () => {
  test("has a span that is a child of what runs here, and is the parent of what the module makes", async () => {
    const sdk = useSdk();
    const { api } = await useIsolate<Traced>(TRACED, { ...WITH_SDK, telemetry: openTelemetry() });
    const { span, result } = await sdk.within("request", () => api.work(3));
    expect(result).toBe(3);
    const client = await sdk.ended("math/work");
    expect(client.parentSpanContext?.spanId).toBe(span.spanContext().spanId);
    expect(client.kind).toBe(SpanKind.CLIENT);
    expect(client.attributes).toMatchObject({
      "rpc.system": "process_isolation",
      "rpc.service": "math",
      "rpc.method": "work",
      "process_isolation.isolate": "math",
      "process_isolation.generation": 1,
      "process_isolation.caller.kind": "host",
    });
    const inside = (await api.spans()).find(({ name }) => name === "work");
    expect(inside).toMatchObject({ traceId: span.spanContext().traceId, parent: client.spanContext().spanId });
  });

  test("begins a trace where none is, unless that is not wanted", async () => {
    const sdk = useSdk();
    const { api } = await useIsolate<Traced>(TRACED, { ...WITH_SDK, telemetry: openTelemetry() });
    const there = await api.where();
    const client = await sdk.ended("math/where");
    expect(there).toMatchObject({ traceId: client.spanContext().traceId, spanId: client.spanContext().spanId });

    const { api: quiet } = await useIsolate<Traced>(TRACED, {
      name: "quiet",
      execArgv: WITH_SDK.execArgv,
      telemetry: openTelemetry({ roots: 0 }),
    });
    expect(await quiet.where()).toEqual({ traceId: undefined, spanId: undefined, state: undefined, baggage: {} });
    const { span, result } = await sdk.within("request", () => quiet.where());
    expect(result.traceId).toBe(span.spanContext().traceId);
    expect(sdk.spans().filter(({ name }) => name === "quiet/where")).toHaveLength(1);
  });

  test("takes baggage and trace state along", async () => {
    const sdk = useSdk();
    const { api } = await useIsolate<Traced>(TRACED, { ...WITH_SDK, telemetry: openTelemetry() });
    const remote = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: TraceFlags.SAMPLED,
      traceState: new TraceState("vendor=x"),
    };
    const baggage = propagation.createBaggage({ tenant: { value: "blue, and green" } });
    const around = propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, remote), baggage);
    const there = await context.with(around, () => api.where());
    expect(there).toMatchObject({
      traceId: remote.traceId,
      state: "vendor=x",
      baggage: { tenant: "blue, and green" },
    });
    expect((await sdk.ended("math/where")).parentSpanContext?.spanId).toBe(remote.spanId);
  });

  test("belongs to the trace that its option names, whatever else runs here", async () => {
    const sdk = useSdk();
    const { isolator } = await useIsolate<Traced>(TRACED, { ...WITH_SDK, telemetry: openTelemetry() });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const api = isolator.load<Traced>(TRACED, { trace: { traceparent, other: "kept" } });
    const { result } = await sdk.within("request", () => api.where());
    expect(result.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect((await sdk.ended("math/where")).parentSpanContext?.spanId).toBe("b7ad6b7169203331");
  });

  test("without spans carries the context that it is made in", async () => {
    const sdk = useSdk();
    const telemetry = openTelemetry({ spans: false });
    const { api } = await useIsolate<Traced>(TRACED, { ...WITH_SDK, telemetry });
    const { span, result } = await sdk.within("request", () => api.where());
    expect(result).toMatchObject({ traceId: span.spanContext().traceId, spanId: span.spanContext().spanId });
    expect(sdk.spans().map(({ name }) => name)).toEqual(["request"]);
  });

  test("reaches a module in a process that has no OpenTelemetry as ever", async () => {
    useSdk();
    const { api } = await useIsolate<Traced>(TRACED, { name: "math", telemetry: openTelemetry() });
    expect(await api.work(1)).toBe(1);
    expect(await api.where()).toMatchObject({ traceId: undefined });
  });

  test("that fails records what the module threw, and what the framework says", async () => {
    const sdk = useSdk();
    const { api, isolator } = await useIsolate<Traced>(TRACED, {
      ...WITH_SDK,
      telemetry: openTelemetry(),
      restart: false,
    });
    expect(await rejection(api.fail())).toBeInstanceOf(TypeError);
    const failed = await sdk.ended("math/fail");
    expect(failed.status).toEqual({ code: SpanStatusCode.ERROR, message: "no" });
    expect(failed.attributes["error.type"]).toBe("TypeError");
    expect(failed.events).toMatchObject([{ name: "exception", attributes: { "exception.message": "no" } }]);

    const stopping = new AbortController();
    const waiting = isolator.load<Traced>(TRACED, { signal: stopping.signal }).wait();
    stopping.abort();
    expect(IsolationError.is(await rejection(waiting), "CANCELLED")).toBe(true);
    expect((await sdk.ended("math/wait")).attributes["error.type"]).toBe("CANCELLED");

    expect(IsolationError.is(await rejection(api.die()), "CRASHED")).toBe(true);
    expect((await sdk.ended("math/die")).attributes).toMatchObject({
      "error.type": "CRASHED",
      "process_isolation.exit.reason": "signal",
      "process_isolation.exit.signal": "SIGKILL",
    });
  });

  test("that comes to a stream has the items' work in its trace", async () => {
    const sdk = useSdk();
    const { api } = await useIsolate<Traced>(TRACED, { ...WITH_SDK, telemetry: openTelemetry() });
    const { span } = await sdk.within("request", async () => {
      const items: number[] = [];
      for await (const item of api.items(3)) items.push(item);
      expect(items).toEqual([0, 1, 2]);
    });
    const client = await sdk.ended("math/items");
    const inside = (await api.spans()).filter(({ name }) => name.startsWith("item "));
    expect(inside.map(({ parent }) => parent)).toEqual(Array(3).fill(client.spanContext().spanId));
    expect(inside.map(({ traceId }) => traceId)).toEqual(Array(3).fill(span.spanContext().traceId));
  });

  test("that waits and is replayed says so, in one span", async () => {
    const sdk = useSdk();
    const { isolator } = await useIsolate<Traced>(TRACED, { ...WITH_SDK, telemetry: openTelemetry() });
    const api = isolator.load<Traced>(TRACED, { idempotent: true });
    const there = await api.dieOnce();
    const client = await sdk.ended("math/dieOnce");
    expect(there.spanId).toBe(client.spanContext().spanId);
    expect(client.attributes).toMatchObject({ "process_isolation.attempts": 2, "process_isolation.generation": 2 });
    expect(client.events.map(({ name }) => name)).toEqual(["process_isolation.queued", "process_isolation.handed"]);
    expect(client.status.code).toBe(SpanStatusCode.UNSET);
  });
});

describe("a process", () => {
  test("has a span for its start, and for the time between its death and the next one", async () => {
    const sdk = useSdk();
    const telemetry = openTelemetry();
    const { span, result } = await sdk.within("request", () =>
      useIsolate<Traced>(TRACED, { ...WITH_SDK, telemetry, restart: true }),
    );
    const first = await sdk.ended("process_isolation.start");
    expect(first.parentSpanContext?.spanId).toBe(span.spanContext().spanId);
    expect(first.attributes).toMatchObject({
      "process_isolation.isolate": "math",
      "process_isolation.generation": 1,
      "process_isolation.start.reason": "first",
      "process_isolation.pid": result.isolator.pid,
    });
    await rejection(result.api.die());
    const restart = await sdk.ended("process_isolation.restart");
    expect(restart.attributes).toMatchObject({
      "process_isolation.exit.reason": "signal",
      "process_isolation.exit.signal": "SIGKILL",
    });
    const second = sdk.spans().filter(({ name }) => name === "process_isolation.start")[1];
    expect(second?.attributes["process_isolation.start.reason"]).toBe("restart");
    expect(second?.parentSpanContext?.spanId).toBe(restart.spanContext().spanId);
  });

  test("of a pool has a span of its own for the time after its death, also when others die at once", async () => {
    const sdk = useSdk();
    const pool = await isolatePool<Traced>(TRACED, { name: "math", min: 3, telemetry: openTelemetry() });
    onTestFinished(() => pool.terminate());
    const { processes } = await pool.status();
    for (const { pid } of processes) process.kill(pid, "SIGKILL");
    const named = (name: string) => sdk.spans().filter((span) => span.name === `process_isolation.${name}`);
    await until(() => named("restart").length === 3);
    const restarts = named("restart");
    expect(new Set(restarts.map(({ attributes }) => attributes["process_isolation.pid"]))).toEqual(
      new Set(processes.map(({ pid }) => pid)),
    );
    const starts = named("start").filter(
      ({ attributes }) => attributes["process_isolation.start.reason"] === "restart",
    );
    expect(starts.map(({ parentSpanContext }) => parentSpanContext?.spanId).toSorted()).toEqual(
      restarts.map((span) => span.spanContext().spanId).toSorted(),
    );
  });

  test("whose isolate goes down while it is started again leaves no span open", () => {
    const sdk = useSdk();
    const spans = new StartSpans(trace.getTracer("starts"));
    const isolate = { isolate: "math", kernel: undefined };
    const death = { generation: 1, pid: 7, reason: "signal", description: "SIGKILL", uptimeMs: 1_000 } as const;
    spans.died({ ...isolate, ...death, exitCode: undefined, signal: "SIGKILL", willRestart: true });
    const started = spans.start({ ...isolate, generation: 2, reason: "restart" });
    spans.gone(isolate);
    started({ failed: true, error: new Error("terminated") });
    const ended = sdk.spans().map(({ name, status }) => [name, status.code]);
    expect(ended).toEqual([
      ["process_isolation.restart", SpanStatusCode.ERROR],
      ["process_isolation.start", SpanStatusCode.ERROR],
    ]);
  });

  test("that cannot be started fails its span", async () => {
    const sdk = useSdk();
    const failing = useIsolate(telemetryFixture("absent.mjs"), {
      name: "absent",
      preload: true,
      telemetry: openTelemetry(),
    });
    await rejection(failing);
    const start = await sdk.ended("process_isolation.start");
    expect(start.status.code).toBe(SpanStatusCode.ERROR);
    expect(start.attributes["error.type"]).toBe("MODULE_NOT_FOUND");
  });
});

describe("serveSpans", () => {
  const SERVED = { name: "math", execArgv: imported("served.mjs") };

  test("gives every call a span of its own in the process, between the caller's and the module's", async () => {
    const sdk = useSdk();
    const { api } = await useIsolate<Traced>(TRACED, { ...SERVED, telemetry: openTelemetry() });
    await api.work(1);
    await rejection(api.fail());
    const client = await sdk.ended("math/work");
    const spans = await api.spans();
    const served = spans.find(({ name }) => name === "math/work");
    expect(served).toMatchObject({
      kind: SpanKind.SERVER,
      parent: client.spanContext().spanId,
      attributes: { "rpc.service": "math", "rpc.method": "work" },
    });
    expect(spans.find(({ name }) => name === "work")?.parent).toBe(served?.spanId);
    expect(spans.find(({ name }) => name === "math/fail")).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: "no" },
      attributes: { "error.type": "TypeError" },
      events: ["exception"],
    });
  });

  test("lasts until the stream that a call returns is over", async () => {
    useSdk();
    const { api } = await useIsolate<Traced>(TRACED, { ...SERVED, telemetry: openTelemetry() });
    for await (const _ of api.items(2));
    await rejection(
      (async () => {
        for await (const _ of api.broken());
      })(),
    );
    const spans = await api.spans();
    const names = spans.map(({ name }) => name);
    expect(names.indexOf("math/items")).toBeGreaterThan(names.indexOf("item 1"));
    expect(spans.find(({ name }) => name === "math/broken")?.attributes["error.type"]).toBe("RangeError");
  });

  test("does nothing outside of an isolated process, and can be ended", async () => {
    const sdk = useSdk();
    const end = serveSpans();
    const { api } = await useIsolate<Traced>(TRACED, { name: "plain" });
    expect(await api.work(1)).toBe(1);
    end();
    expect(sdk.spans()).toEqual([]);
  });
});

test("options are checked", () => {
  const of = (options: object): unknown => {
    try {
      return openTelemetry(options as never);
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(of({ root: 1 })).toContain('has no "root"; did you mean "roots"?');
  expect(of({ roots: 2 })).toContain("roots must be from 0 to 1; received 2");
  expect(of({ tracerProvider: {} })).toContain("tracerProvider must be an object with getTracer()");
});
