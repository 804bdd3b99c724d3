import { invalidOption, ownOptions } from "../errors/index.js";
import { milliseconds } from "../isolator/options/index.js";
import { resolveTelemetry, type Telemetry } from "../telemetry/index.js";
import { type HostTargets, isHostTarget, missingHostTarget } from "./grants/index.js";
import type { ResolvedManifest } from "./manifest/index.js";
import { type KernelMetricsOptions, type ResolvedKernelMetrics, resolveKernelMetrics } from "./metrics/index.js";

/** Options of `Kernel.start`. Every one is optional. */
export interface KernelOptions {
  /**
   * Functions of the host that isolates may be granted: `{ log: { info } }` is `host.log` in `uses`, and `use("host.log").info`
   * there. Default: none.
   */
  host?: HostTargets;
  /** Cancels the start. */
  signal?: AbortSignal;
  /** Milliseconds that running calls get when the kernel stops. Default: each isolate's own `graceMs`. */
  graceMs?: number;
  /** Whether the front door opens also where the manifest names neither `socket`, `listen`, `auth: "user"` nor a gRPC service. Default false. */
  frontDoor?: boolean;
  /**
   * Whether the commands of `pihost`, and `Kernel.connect(name)`, find the kernel by its name. Default false. It puts a token
   * for operators into a file that only this user can read, and so any process of this user that is not sandboxed.
   */
  discoverable?: boolean;
  /**
   * What hears of the calls and processes of all isolates, as the option of that name of an isolator. Default: none, which
   * costs nothing.
   */
  telemetry?: Telemetry | readonly Telemetry[];
  /**
   * What Prometheus reads, by the package `prom-client`: `true` counts calls from the start on, rather than from the first
   * `kernel.metrics()` on; with a `port`, `GET /metrics` is served there. Default false.
   */
  metrics?: boolean | KernelMetricsOptions;
}

export interface ResolvedKernelOptions {
  readonly host: HostTargets;
  readonly signal: AbortSignal | undefined;
  readonly graceMs: number | undefined;
  readonly frontDoor: boolean;
  readonly discoverable: boolean;
  readonly telemetry: readonly Telemetry[];
  readonly metrics: ResolvedKernelMetrics;
}

const OPTIONS = ["host", "signal", "graceMs", "frontDoor", "discoverable", "telemetry", "metrics"];

/** @throws IsolationError INVALID_OPTION, also for a grant of the manifest to which the host offers nothing */
export function resolveKernelOptions(value: unknown, manifest: ResolvedManifest): ResolvedKernelOptions {
  const given = ownOptions("kernel options", value, OPTIONS);
  const { host = {}, signal, graceMs, frontDoor = false, discoverable = false } = given;
  const telemetry = resolveTelemetry(given.telemetry);
  const metrics = resolveKernelMetrics(given.metrics);
  if (typeof host !== "object" || host === null) throw invalidOption("host", "an object of functions", host);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalidOption("signal", "an AbortSignal", signal);
  if (graceMs !== undefined) milliseconds("graceMs", graceMs);
  if (typeof frontDoor !== "boolean") throw invalidOption("frontDoor", "true or false", frontDoor);
  if (typeof discoverable !== "boolean") throw invalidOption("discoverable", "true or false", discoverable);
  checkHostTargets(host as HostTargets, manifest);
  const own = { signal, graceMs: graceMs as number | undefined, frontDoor, discoverable, telemetry, metrics };
  return { host: host as HostTargets, ...own };
}

function checkHostTargets(host: HostTargets, { isolates }: ResolvedManifest): void {
  for (const { name, uses, where } of isolates.values()) {
    for (const target of [...uses.keys()].filter(isHostTarget)) {
      const hint = missingHostTarget(host, target);
      if (hint === undefined) continue;
      const place = where(`uses.${target}`);
      const at = place === undefined ? "" : ` (${place})`;
      throw invalidOption(
        "host",
        `an object that has what isolates.${name}.uses grants of ${target}${at}${hint}`,
        host,
      );
    }
  }
}
