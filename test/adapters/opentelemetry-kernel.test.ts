import { SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { openTelemetry } from "process-isolation/opentelemetry";
import { expect, onTestFinished, test } from "vitest";
import { rejection } from "../helpers/rejection.js";
import { useIsolate } from "../helpers/use-isolate.js";
import { useKernel } from "../kernel/use-kernel.js";
import { useOtlpServer } from "./otlp-server.js";
import { imported, type SpanThere, type Traced, telemetryFixture, useSdk } from "./use-sdk.js";

interface Front extends Pick<Traced, "work" | "spans" | "where"> {
  ask(): Promise<{ own: { traceId: string; spanId: string }; there: { traceId: string; spanId: string } }>;
  askPlainly(): Promise<{ traceId: string; spanId: string }>;
}

const ISOLATES = {
  store: { module: telemetryFixture("traced.mjs"), execArgv: imported("sdk.mjs") },
  front: { module: telemetryFixture("front.mjs"), execArgv: imported("sdk.mjs"), uses: { store: "*" as const } },
};

test("a call of another isolate is a child of the span that runs in the first, and of one trace with the host's", async () => {
  const sdk = useSdk();
  const kernel = await useKernel({ name: "shop", isolates: ISOLATES }, { telemetry: openTelemetry() });
  const front = kernel.isolate<Front>("front").api;
  const { span, result } = await sdk.within("request", () => front.ask());
  const { own, there } = result;
  const between = await sdk.ended("store/where");
  expect(own.traceId).toBe(span.spanContext().traceId);
  expect(between.parentSpanContext?.spanId).toBe(own.spanId);
  expect(between.attributes).toMatchObject({
    "process_isolation.kernel": "shop",
    "process_isolation.caller": "front",
    "process_isolation.caller.kind": "isolate",
  });
  expect(there).toMatchObject({ traceId: span.spanContext().traceId, spanId: between.spanContext().spanId });

  const client = await sdk.ended("front/ask");
  const asked = (await front.spans()).find(({ name }: SpanThere) => name === "ask");
  expect(asked?.parent).toBe(client.spanContext().spanId);
});

test("a kernel without telemetry passes on the trace that code in its isolates is in", async () => {
  const sdk = useSdk();
  const kernel = await useKernel({ name: "shop", isolates: ISOLATES });
  const { own, there } = await kernel.isolate<Front>("front").api.ask();
  expect(there).toMatchObject({ traceId: own.traceId, spanId: own.spanId });
  expect(sdk.spans()).toEqual([]);
});

test("one trace arrives at a collector from the host and from both isolates", async () => {
  const collector = await useOtlpServer();
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": "host" }),
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${collector.endpoint}/v1/traces` }))],
  });
  useSdk();
  trace.disable();
  trace.setGlobalTracerProvider(provider);
  onTestFinished(() => provider.shutdown());
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  const isolates = {
    store: { ...ISOLATES.store, env },
    front: { ...ISOLATES.front, execArgv: imported("served.mjs"), env },
  };
  const kernel = await useKernel({ name: "shop", isolates }, { telemetry: openTelemetry() });
  await kernel.isolate<Front>("front").api.work("x");

  const client = await collector.received("front/work", "host");
  const served = (await collector.received("store/work")).parentSpanId;
  const between = await collector.received("store/work", "host");
  const inside = await collector.received("work");
  expect(between.traceId).toBe(client.traceId);
  expect(inside).toMatchObject({ traceId: client.traceId, parentSpanId: between.spanId });
  expect(served).toBe(between.parentSpanId);
});

test("metrics tell of calls by their outcome, of processes and of queues", async () => {
  useSdk();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => meterProvider.shutdown());
  const { api } = await useIsolate<Traced>(telemetryFixture("traced.mjs"), {
    name: "math",
    telemetry: openTelemetry({ meterProvider }),
  });
  await Promise.all([api.work(1), api.work(2)]);
  await rejection(api.fail());
  await rejection((api as unknown as { absent(): Promise<void> }).absent());
  await rejection(api.die());
  await api.work(3);
  await reader.forceFlush();

  const metrics = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value: value as unknown })),
    );
  const of = (name: string, attributes: object = {}): unknown[] =>
    metrics
      .filter(
        (one) => one.name === name && Object.entries(attributes).every(([key, value]) => one.attributes[key] === value),
      )
      .map(({ value }) => (typeof value === "object" ? (value as { count: number }).count : value));
  expect(of("rpc.client.call.duration", { "rpc.method": "work" })).toEqual([3]);
  expect(of("rpc.client.call.duration", { "error.type": "TypeError", "rpc.method": "fail" })).toEqual([1]);
  expect(of("rpc.client.call.duration", { "error.type": "METHOD_NOT_FOUND", "rpc.method": "_OTHER" })).toEqual([1]);
  expect(of("rpc.client.call.duration", { "error.type": "CRASHED" })).toEqual([1]);
  expect(of("process_isolation.deaths", { "process_isolation.exit.reason": "signal" })).toEqual([1]);
  expect(of("process_isolation.restarts", { "process_isolation.start.reason": "restart" })).toEqual([1]);
  expect(of("process_isolation.start.duration")).toEqual([1, 1]);
  expect(of("process_isolation.queue.duration", { "process_isolation.isolate": "math" })).toEqual([1]);
  expect(of("process_isolation.up")).toEqual([1]);
  expect(of("process_isolation.generation")).toEqual([2]);
  expect(of("process.memory.usage")[0]).toBeGreaterThan(1024 * 1024);
});

test("a death whose place nobody takes, since its whole isolate begins anew, leaves no span open", async () => {
  const sdk = useSdk();
  const kernel = await useKernel(
    {
      isolates: { store: { module: telemetryFixture("traced.mjs"), instances: { min: 2, max: 2 } } },
      supervision: { maxRestarts: 1, withinMs: 60_000 },
    },
    { telemetry: openTelemetry() },
  );
  const pids = kernel.list().flatMap(({ instances }) => instances?.map(({ pid }) => pid) ?? []);
  expect(pids.length).toBe(2);
  // The first death is to be restarted, and the second is one too many before that has begun.
  for (const pid of pids) process.kill(pid, "SIGKILL");
  const { status, attributes } = await sdk.ended("process_isolation.restart");
  expect(pids).toContain(attributes["process_isolation.pid"]);
  expect(status.code).toBe(SpanStatusCode.UNSET);
});
