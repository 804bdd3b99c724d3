import type { FoundLink } from "./client-links.js";
import type { Exchange } from "./exchange.js";
import type { KeptTotal } from "./kept-request.js";
import type { Idempotency } from "./routes.js";

/** What a request needs of the client's connection and of the front door. */
export interface ExchangeContext {
  readonly kept: KeptTotal;
  /** The way to the process that takes new requests, or to the kernel itself. */
  findLink(isolate: string | undefined, signal: AbortSignal): Promise<FoundLink>;
  idempotency(isolate: string | undefined, path: string): Idempotency;
  onOver(exchange: Exchange): void;
}
