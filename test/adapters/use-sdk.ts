import { fileURLToPath, pathToFileURL } from "node:url";
import { context, propagation, type Span, trace } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { onTestFinished } from "vitest";
import { until } from "../helpers/until.js";

/** The path of a module under test/fixtures/telemetry. */
export function telemetryFixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/telemetry/${name}`, import.meta.url));
}

/** The option by which a process sets OpenTelemetry up before anything else. */
export function imported(name: string): string[] {
  return ["--import", pathToFileURL(telemetryFixture(name)).href];
}

/** What a fixture tells of a span in its process. */
export interface SpanThere {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly string[];
}

/** The exports of fixtures/telemetry/traced.mjs. */
export interface Traced {
  work(value: unknown): Promise<unknown>;
  fail(): Promise<never>;
  where(): { traceId?: string; spanId?: string; state?: string; baggage: Record<string, string> };
  items(count: number): AsyncGenerator<number>;
  broken(): AsyncGenerator<number>;
  wait(): Promise<void>;
  die(): void;
  dieOnce(): Promise<{ traceId?: string; spanId?: string }>;
  spans(): SpanThere[];
}

/** The real SDK in this process, in memory; it goes with the test. */
export interface Sdk {
  readonly provider: NodeTracerProvider;
  /** Resolves with the first span of that name that has ended. */
  ended(name: string): Promise<ReadableSpan>;
  /** All that have ended so far. */
  spans(): ReadableSpan[];
  /** Runs within a span of the host, and resolves with both. */
  within<T>(name: string, run: (span: Span) => Promise<T>): Promise<{ span: Span; result: T }>;
}

export function useSdk(): Sdk {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register({
    propagator: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
  });
  onTestFinished(async () => {
    await provider.shutdown();
    for (const api of [trace, context, propagation]) api.disable();
  });
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans();
  const find = (name: string): ReadableSpan | undefined => spans().find((span) => span.name === name);
  return {
    provider,
    spans,
    ended: async (name) => {
      await until(() => find(name) !== undefined);
      return find(name) as ReadableSpan;
    },
    within: (name, run) =>
      trace.getTracer("host").startActiveSpan(name, async (span) => {
        try {
          return { span, result: await run(span) };
        } finally {
          span.end();
        }
      }),
  };
}
