import { AUTHORIZATION_KEY } from "../../src/contract/index.js";
import { IsolationError } from "../../src/errors/index.js";
import { type GrpcCall, GrpcStatus, type Metadata } from "../../src/grpc/index.js";
import type { ServiceCall } from "../../src/inside/index.js";
import type { IncomingCall } from "../../src/session/index.js";

const TRACE_HEADERS = ["traceparent", "tracestate", "baggage"];
const ATTEMPTS = "grpc-previous-rpc-attempts";

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

type GivenMetadata = Parameters<ServiceCall["sendMetadata"]>[0];

/** What a function that implements a method is handed beside its request. */
export class HandedCall implements ServiceCall {
  readonly path: string;
  readonly #call: GrpcCall;
  readonly #incoming: IncomingServiceCall;

  constructor(call: GrpcCall, incoming: IncomingServiceCall) {
    this.path = call.path;
    this.#call = call;
    this.#incoming = incoming;
  }

  get metadata(): Metadata {
    const { metadata } = this.#call;
    // The process has looked at the token; it is nothing for the user's code.
    metadata.delete(AUTHORIZATION_KEY);
    return metadata;
  }

  get deadline(): Date | undefined {
    const { deadline } = this.#call;
    return deadline === undefined ? undefined : new Date(deadline);
  }

  get signal(): AbortSignal {
    return this.#incoming.signal;
  }

  get peer(): string {
    return this.#call.peer;
  }

  get requestCompressed(): boolean {
    return this.#call.requestCompressed;
  }

  get trailers(): Metadata {
    return this.#call.trailers;
  }

  sendMetadata(metadata: GivenMetadata = {}): void {
    if (this.#call.headersSent) throw new Error("the headers of this call are sent: sendMetadata comes too late");
    for (const [name, value] of Object.entries(metadata)) {
      for (const one of Array.isArray(value) ? value : [value]) this.#call.headers.add(name, one);
    }
    this.#call.sendHeaders();
  }

  compress(on: boolean): void {
    this.#call.compress(on);
  }
}
