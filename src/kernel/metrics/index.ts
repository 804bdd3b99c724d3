/** What Prometheus reads of a kernel. */
export { KernelMetrics } from "./kernel-metrics.js";
export { type KernelMetricsOptions, type ResolvedKernelMetrics, resolveKernelMetrics } from "./options.js";
export type { MetricsPage } from "./serve-metrics.js";
