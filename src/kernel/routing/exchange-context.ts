import type { FoundLink } from "./client-links.js";
import type { Exchange } from "./exchange.js";
import type { HeldBytes } from "./held-bytes.js";
import type { KeptTotal } from "./kept-request.js";
import type { Idempotency } from "./routes.js";

/** What a request needs of the client's connection and of the front door. */
export interface ExchangeContext {
  readonly kept: KeptTotal;
  readonly held: HeldBytes;
  /** Of requests that have found their process, for the next ones: to make a signal takes longer than to find a process. */
  readonly idleControllers: AbortController[];
  /** The way to the process that takes new requests, or to the kernel itself. */
  findLink(isolate: string | undefined, signal: AbortSignal): Promise<FoundLink>;
  idempotency(isolate: string | undefined, path: string): Idempotency;
  onOver(exchange: Exchange): void;
}
