/** What Prometheus reads. */
export type { MetricFamily } from "./family.js";
export { METRICS_OPTIONS, type MetricsOptions, resolveMetricsOptions } from "./options.js";
export { PrometheusTelemetry } from "./prometheus-telemetry.js";
