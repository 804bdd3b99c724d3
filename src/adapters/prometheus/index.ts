/** `process-isolation/prometheus`: metrics for Prometheus. Needs the package `prom-client`. */
export { type Prometheus, type PrometheusOptions, type PrometheusRegistry, prometheus } from "./prometheus.js";
