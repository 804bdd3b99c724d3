/** `process-isolation/opentelemetry`: spans and metrics by OpenTelemetry. Needs the package `@opentelemetry/api`. */
export { openTelemetry } from "./open-telemetry.js";
export type { OpenTelemetryOptions } from "./options.js";
export { type ServeSpansOptions, serveSpans } from "./serve-spans.js";
