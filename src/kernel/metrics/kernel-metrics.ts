import { IsolationError } from "../../errors/index.js";
import { PrometheusTelemetry } from "../../telemetry/prometheus/index.js";
import type { KernelRuntime } from "../runtime.js";
import type { ResolvedKernelMetrics } from "./options.js";
import { type MetricsPage, type MetricsServer, serveMetrics } from "./serve-metrics.js";

interface Registry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** The metrics of one kernel, in a registry of its own. Nothing is counted before somebody reads, or wants it from the start. */
export class KernelMetrics {
  readonly #runtime: KernelRuntime;
  readonly #options: ResolvedKernelMetrics;
  readonly #telemetry: PrometheusTelemetry;
  #server: MetricsServer | undefined;
  #registry: Promise<Registry> | undefined;
  #reading: Promise<MetricsPage> | undefined;

  constructor(runtime: KernelRuntime, options: ResolvedKernelMetrics) {
    this.#runtime = runtime;
    this.#options = options;
    this.#telemetry = new PrometheusTelemetry(options.metrics);
  }

  /**
   * Counts and serves, as far as the kernel's options ask for it.
   *
   * @throws IsolationError INVALID_OPTION without the package `prom-client`, and for an address that cannot be used
   */
  async open(): Promise<void> {
    const { fromStart, serve } = this.#options;
    if (fromStart) await this.load();
    if (serve !== undefined) this.#server = await serveMetrics(serve, () => this.read());
  }

  /** Where `/metrics` is served, if it is. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.#server && { host: this.#server.host, port: this.#server.port };
  }

  /** Serves no more. */
  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** Counts from now on. */
  begin(): void {
    const { manifest } = this.#runtime;
    for (const isolate of manifest.isolates.keys()) this.#telemetry.expect({ isolate, kernel: manifest.name });
    this.#runtime.observe(this.#telemetry);
  }

  /**
   * All of it, as it is now. Whoever asks while somebody else does gets the same.
   *
   * @throws IsolationError INVALID_OPTION without the package `prom-client`
   */
  read(): Promise<MetricsPage> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** @throws IsolationError INVALID_OPTION without the package `prom-client` */
  async load(): Promise<void> {
    this.begin();
    this.#registry ??= this.#register();
    await this.#registry;
  }

  async #read(): Promise<MetricsPage> {
    await this.load();
    const registry = await (this.#registry as Promise<Registry>);
    return { contentType: registry.contentType, body: await registry.metrics() };
  }

  async #register(): Promise<Registry> {
    const registry = await newRegistry();
    for (const family of this.#telemetry.families) registry.registerMetric(family as never);
    return registry;
  }
}

async function newRegistry() {
  try {
    const { Registry } = await import("prom-client");
    return new Registry();
  } catch (error) {
    const message = "metrics need the package prom-client, which is not installed: npm install prom-client";
    throw new IsolationError("INVALID_OPTION", message, { cause: error });
  }
}
