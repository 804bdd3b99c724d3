import { isIP } from "node:net";
import { invalidOption, ownOptions, wholeNumber } from "../../errors/index.js";
import { METRICS_OPTIONS, type MetricsOptions, resolveMetricsOptions } from "../../telemetry/prometheus/index.js";
import { isLoopbackAddress } from "../loopback.js";

/** Options of a kernel's metrics. Every one is optional. */
export interface KernelMetricsOptions extends MetricsOptions {
  /** Where `GET /metrics` is served; 0 for any free port, as `kernel.metricsAddress` says then. Default: nowhere. */
  port?: number;
  /** An address of this machine. Default `"127.0.0.1"`. Others than those of the loopback interface need a `token`. */
  host?: string;
  /** What a request has to show as `authorization: Bearer TOKEN`: 16 to 512 letters, digits, `.`, `_`, `~`, `+`, `/`, `=` or `-`. Default: nothing. */
  token?: string;
}

export interface ResolvedKernelMetrics {
  readonly metrics: ReturnType<typeof resolveMetricsOptions>;
  /** Whether counting begins with the kernel. */
  readonly fromStart: boolean;
  readonly serve: MetricsAddress | undefined;
}

export interface MetricsAddress {
  readonly port: number;
  readonly host: string;
  readonly token: string | undefined;
}

const OPTIONS = [...METRICS_OPTIONS, "port", "host", "token"];

/** @throws IsolationError INVALID_OPTION */
export function resolveKernelMetrics(value: unknown): ResolvedKernelMetrics {
  if (value === undefined || value === false)
    return { metrics: resolveMetricsOptions({}), fromStart: false, serve: undefined };
  if (value === true) return { metrics: resolveMetricsOptions({}), fromStart: true, serve: undefined };
  const { port, host = "127.0.0.1", token, ...own } = ownOptions("metrics", value, OPTIONS);
  const metrics = resolveMetricsOptions(own);
  if (port === undefined) {
    if (token !== undefined || host !== "127.0.0.1")
      throw invalidOption("metrics.port", "given with metrics.host and metrics.token", port);
    return { metrics, fromStart: true, serve: undefined };
  }
  const serve = {
    port: wholeNumber("metrics.port", port, 0, 65_535),
    host: checkHost(host),
    token: checkToken(token),
  };
  if (!isLoopback(serve.host) && serve.token === undefined) {
    const bound = "given where metrics.host is not of the loopback interface: the metrics tell who does what";
    throw invalidOption("metrics.token", bound, undefined);
  }
  return { metrics, fromStart: true, serve };
}

/** Whether nobody beyond this machine reaches it. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || isLoopbackAddress(host);
}

function checkHost(value: unknown): string {
  if (typeof value === "string" && (value === "localhost" || isIP(value) !== 0)) return value;
  throw invalidOption("metrics.host", '"localhost" or an IP address', value);
}

function checkToken(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && /^[\w.~+/=-]{16,512}$/.test(value)) return value;
  const bound = "16 to 512 letters, digits, '.', '_', '~', '+', '/', '=' or '-'";
  throw invalidOption("metrics.token", bound, typeof value === "string" ? `${value.length} characters` : value);
}
