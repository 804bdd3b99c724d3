import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { openTelemetry } from "process-isolation/opentelemetry";
import { prometheus } from "process-isolation/prometheus";

/** Takes what is exported, and drops it: what a collector costs is not what is measured. */
const exporter = {
  /** @param {unknown} _ @param {(result: { code: number }) => void} done */
  export: (_, done) => done({ code: 0 }),
  shutdown: async () => {},
  forceFlush: async () => {},
  selectAggregationTemporality: () => 1,
};

const propagator = new NodeTracerProvider();
propagator.register();

/** @param {import("@opentelemetry/sdk-trace-base").Sampler} [sampler] */
function tracerProvider(sampler) {
  const spanProcessors = [new BatchSpanProcessor(exporter)];
  return new NodeTracerProvider({ spanProcessors, ...(sampler === undefined ? {} : { sampler }) });
}

function meterProvider() {
  return new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: /** @type {never} */ (exporter) })],
  });
}

const ONE_PERCENT = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.01) });

/**
 * What listens, by name. The first one is what all others are compared with.
 * @type {readonly { name: string, telemetry: () => import("process-isolation").Telemetry | readonly import("process-isolation").Telemetry[] | undefined }[]}
 */
export const SETUPS = [
  { name: "off", telemetry: () => undefined },
  { name: "Prometheus", telemetry: () => prometheus() },
  {
    name: "metrics by OpenTelemetry",
    telemetry: () => openTelemetry({ spans: false, meterProvider: meterProvider() }),
  },
  {
    name: "spans, 1 % of traces begun (roots: 0.01)",
    telemetry: () => openTelemetry({ metrics: false, roots: 0.01, tracerProvider: tracerProvider() }),
  },
  {
    name: "all three, 1 % of traces begun",
    telemetry: () => [
      prometheus(),
      openTelemetry({ roots: 0.01, tracerProvider: tracerProvider(), meterProvider: meterProvider() }),
    ],
  },
  {
    name: "spans, 1 % sampled by the SDK",
    telemetry: () => openTelemetry({ metrics: false, tracerProvider: tracerProvider(ONE_PERCENT) }),
  },
  {
    name: "all three, every call a span",
    telemetry: () => [
      prometheus(),
      openTelemetry({ tracerProvider: tracerProvider(), meterProvider: meterProvider() }),
    ],
  },
];
