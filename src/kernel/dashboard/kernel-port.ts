import type { Codecs } from "../connect/requests.js";
import type { MetricsPage } from "../metrics/index.js";

export interface PortOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where a dashboard gets everything from, and does everything by: `KernelService`, of a kernel in this process or of one that
 * runs elsewhere. So both look the same.
 */
export interface KernelPort {
  /** @throws an error with a message for people */
  unary<Request, Response>(
    name: string,
    codecs: Codecs<Request, Response>,
    request: Request,
    options?: PortOptions,
  ): Promise<Response>;
  /** Resolves once nothing is missed; the signal ends the messages without an error. */
  stream<Request, Response>(
    name: string,
    codecs: Codecs<Request, Response>,
    request: Request,
    options?: PortOptions & { readonly isBackground?: boolean },
  ): Promise<AsyncGenerator<Response, void, undefined>>;
  /** What Prometheus reads, where the kernel is in this process. @throws an error with a message for people */
  readonly metrics?: () => Promise<MetricsPage>;
}
