import { AUTHORIZATION_KEY } from "../../src/contract/index.js";
import { IsolationError } from "../../src/errors/index.js";
import { type GrpcCall, GrpcStatus, type Metadata } from "../../src/grpc/index.js";
import type { IncomingCall } from "../../src/session/index.js";

const TRACE_HEADERS = ["traceparent", "tracestate", "baggage"];
const ATTEMPTS = "grpc-previous-rpc-attempts";

/** Metadata as a handler gives them: bytes for names that end with `-bin`, lists for several values. */
export type GivenMetadata = Readonly<Record<string, GivenValue | readonly GivenValue[]>>;
type GivenValue = string | Uint8Array;

let calls = 0;

/** What `currentCall()` says of a call of a service. What hardly anybody asks for is made when asked for. */
export class IncomingServiceCall implements IncomingCall {
  readonly id: number;
  readonly #call: GrpcCall;
  readonly #listening: Set<IncomingServiceCall>;
  #controller: AbortController | undefined;

  /** @param listening where the call is as long as it has a signal that may be aborted */
  constructor(call: GrpcCall, listening: Set<IncomingServiceCall>) {
    calls += 1;
    this.id = calls;
    this.#call = call;
    this.#listening = listening;
  }

  get attempt(): number {
    const before = Number(this.#call.requestHeaders[ATTEMPTS]);
    return Number.isSafeInteger(before) && before > 0 ? before + 1 : 1;
  }

  get deadline(): number | undefined {
    return this.#call.deadline;
  }

  get trace(): Readonly<Record<string, string>> {
    const { requestHeaders } = this.#call;
    return Object.fromEntries(
      TRACE_HEADERS.flatMap((name) => (typeof requestHeaders[name] === "string" ? [[name, requestHeaders[name]]] : [])),
    );
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      this.#listening.add(this);
      const { signal } = this.#call;
      const abort = (): void => controller.abort(toReason(signal.reason));
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    }
    return this.#controller.signal;
  }

  /** The process is to end. */
  drain(): void {
    this.#controller?.abort(new IsolationError("STOPPED", "the process is shutting down"));
  }

  /** The function has come to its end. */
  settle(): void {
    this.#listening.delete(this);
  }
}

function toReason(reason: unknown): IsolationError {
  const { code, message } = reason as { code?: unknown; message: string };
  const isLate = code === GrpcStatus.DEADLINE_EXCEEDED;
  return new IsolationError(isLate ? "DEADLINE_EXCEEDED" : "CANCELLED", message, { cause: reason });
}

/** The second parameter of a function that implements a method. */
export class ServiceCall {
  /** `/shop.v1.Store/Get` */
  readonly path: string;
  readonly #call: GrpcCall;
  readonly #incoming: IncomingServiceCall;

  constructor(call: GrpcCall, incoming: IncomingServiceCall) {
    this.path = call.path;
    this.#call = call;
    this.#incoming = incoming;
  }

  /** What the client sent: `get`, `getAll`, `has`, and its entries. Values of names that end with `-bin` are Buffers. */
  get metadata(): Metadata {
    const { metadata } = this.#call;
    // The process has looked at the token; it is nothing for the user's code.
    metadata.delete(AUTHORIZATION_KEY);
    return metadata;
  }

  /** When the client gives up. */
  get deadline(): Date | undefined {
    const { deadline } = this.#call;
    return deadline === undefined ? undefined : new Date(deadline);
  }

  /** Aborted when nobody waits any more, or the process is to end. */
  get signal(): AbortSignal {
    return this.#incoming.signal;
  }

  get peer(): string {
    return this.#call.peer;
  }

  /** Whether the message that was read last had come compressed. */
  get requestCompressed(): boolean {
    return this.#call.requestCompressed;
  }

  /** What goes into the trailers, beside the status: `set`, `add`. */
  get trailers(): Metadata {
    return this.#call.trailers;
  }

  /** Sends the headers of the response now, with these metadata. @throws Error when they are sent */
  sendMetadata(metadata: GivenMetadata = {}): void {
    if (this.#call.headersSent) throw new Error("the headers of this call are sent: sendMetadata comes too late");
    addMetadata(this.#call.headers, metadata);
    this.#call.sendHeaders();
  }

  /** Whether messages from now on are compressed, where the client can read that. Call it before the first message. */
  compress(on: boolean): void {
    this.#call.compress(on);
  }
}

export function addMetadata(target: Metadata, given: GivenMetadata): void {
  for (const [name, value] of Object.entries(given)) {
    for (const one of Array.isArray(value) ? value : [value]) target.add(name, one as GivenValue);
  }
}
