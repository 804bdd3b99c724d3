import { aBoolean, invalidOption, ownOptions } from "../../errors/index.js";

/** What is told, and how. */
export interface MetricsOptions {
  /** What the names of metrics begin with. Default `process_isolation_`. */
  prefix?: string;
  /** Whether calls are counted by method, of which the first 50 of an isolate have their own series. Default true. */
  methods?: boolean;
  /** Upper bounds of the histograms' buckets, in seconds, rising. Default 0.0001 to 10 in 13 steps. */
  buckets?: readonly number[];
}

export interface ResolvedPrometheusOptions {
  readonly prefix: string;
  readonly methods: boolean;
  readonly buckets: readonly number[];
}

const BUCKETS = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10];
const BUCKETS_AT_MOST = 100;

export const METRICS_OPTIONS = ["prefix", "methods", "buckets"] as const;

/** @throws IsolationError INVALID_OPTION */
export function resolveMetricsOptions(value: MetricsOptions): ResolvedPrometheusOptions {
  const {
    prefix = "process_isolation_",
    methods = true,
    buckets = BUCKETS,
  } = ownOptions("options of metrics", value, METRICS_OPTIONS);
  if (typeof prefix !== "string" || !/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(prefix))
    throw invalidOption("prefix", "letters, digits and _, the first no digit", prefix);
  return { prefix, methods: aBoolean("methods", methods), buckets: checkBuckets(buckets) };
}

function checkBuckets(value: unknown): readonly number[] {
  const isRising = (bounds: readonly unknown[]): boolean =>
    bounds.every((bound, index) => {
      const before = index === 0 ? 0 : (bounds[index - 1] as number);
      return typeof bound === "number" && Number.isFinite(bound) && bound > before;
    });
  if (Array.isArray(value) && value.length > 0 && value.length <= BUCKETS_AT_MOST && isRising(value)) {
    return Object.freeze([...(value as number[])]);
  }
  throw invalidOption("buckets", `a rising list of 1 to ${BUCKETS_AT_MOST} seconds above 0`, value);
}
