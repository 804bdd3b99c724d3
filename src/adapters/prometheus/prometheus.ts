import { Registry } from "prom-client";
import { invalidOption, ownOptions } from "../../errors/index.js";
import type { Telemetry } from "../../telemetry/index.js";
import {
  METRICS_OPTIONS,
  type MetricsOptions,
  PrometheusTelemetry,
  resolveMetricsOptions,
} from "../../telemetry/prometheus/index.js";

/** What is used of a registry of prom-client. */
export interface PrometheusRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
  // A method, so that registries of any version of prom-client are ones.
  registerMetric(metric: never): void;
}

/** Options of `prometheus`. Every one is optional. */
export interface PrometheusOptions extends MetricsOptions {
  /** Where the metrics are registered: a Registry of prom-client, such as its `register`. Default: one of its own. */
  registry?: PrometheusRegistry;
}

/** Telemetry that Prometheus reads. */
export interface Prometheus extends Telemetry {
  readonly registry: PrometheusRegistry;
  /** What `/metrics` answers with; its content type is `registry.contentType`. */
  metrics(): Promise<string>;
}

/**
 * Metrics for Prometheus, for the option `telemetry` of isolators, pools and kernels. One may serve several of them. A kernel has
 * its own in `kernel.metrics()`.
 *
 * @throws IsolationError INVALID_OPTION
 */
export function prometheus(options: PrometheusOptions = {}): Prometheus {
  const { registry = new Registry(), ...own } = ownOptions("options of prometheus", options, [
    "registry",
    ...METRICS_OPTIONS,
  ]) as PrometheusOptions;
  if (typeof (registry as { registerMetric?: unknown } | null)?.registerMetric !== "function")
    throw invalidOption("registry", "a Registry of prom-client", registry);
  const telemetry = new PrometheusTelemetry(resolveMetricsOptions(own));
  for (const family of telemetry.families) registry.registerMetric(family as never);
  return Object.assign(telemetry, { registry, metrics: () => registry.metrics() });
}
