import type { MeterProvider, TextMapPropagator, TracerProvider } from "@opentelemetry/api";
import { aBoolean, invalidOption, ownOptions } from "../../errors/index.js";

/** Options of `openTelemetry`. Every one is optional. */
export interface OpenTelemetryOptions {
  /** Where spans go. Default: the global one, whenever it is set. */
  tracerProvider?: TracerProvider;
  /** Where metrics go. Default: the global one, which has to be set before. */
  meterProvider?: MeterProvider;
  /** What crosses to isolates. Default: the global one, whenever it is set. */
  propagator?: TextMapPropagator;
  /** Whether there are spans. Without them, the context that a call is made in crosses all the same. Default true. */
  spans?: boolean;
  /** Whether there are metrics. Default true. */
  metrics?: boolean;
  /**
   * The part of the calls outside of any trace that begin one, from 0 to 1, chosen at random; 0 leaves that to the host's own spans. It is decided
   * before the provider's sampler is asked, and so at a small part of its cost. Default 1.
   */
  roots?: number;
}

export interface ResolvedOpenTelemetryOptions {
  readonly tracerProvider: TracerProvider | undefined;
  readonly meterProvider: MeterProvider | undefined;
  readonly propagator: TextMapPropagator | undefined;
  readonly spans: boolean;
  readonly metrics: boolean;
  readonly roots: number;
}

const OPTIONS = ["tracerProvider", "meterProvider", "propagator", "spans", "metrics", "roots"];

/** @throws IsolationError INVALID_OPTION */
export function resolveOpenTelemetryOptions(value: unknown): ResolvedOpenTelemetryOptions {
  const { spans = true, metrics = true, roots = 1, ...given } = ownOptions("options of openTelemetry", value, OPTIONS);
  if (typeof roots !== "number" || !(roots >= 0 && roots <= 1)) throw invalidOption("roots", "from 0 to 1", roots);
  return {
    tracerProvider: having("tracerProvider", given.tracerProvider, "getTracer"),
    meterProvider: having("meterProvider", given.meterProvider, "getMeter"),
    propagator: having("propagator", given.propagator, "inject"),
    spans: aBoolean("spans", spans),
    metrics: aBoolean("metrics", metrics),
    roots,
  };
}

/** One that has the method. */
export function having<T>(name: string, value: unknown, method: keyof T & string): T | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[method] === "function")
    return value as T;
  throw invalidOption(name, `an object with ${method}()`, value);
}
