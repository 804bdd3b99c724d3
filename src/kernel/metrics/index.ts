/** What Prometheus reads of a kernel. */
export { KernelMetrics, type MetricsPage } from "./kernel-metrics.js";
export { type KernelMetricsOptions, type ResolvedKernelMetrics, resolveKernelMetrics } from "./options.js";
export { type MetricsServer, serveMetrics } from "./serve-metrics.js";
