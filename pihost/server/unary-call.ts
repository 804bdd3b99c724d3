import type { ServerUnaryCall } from "@grpc/grpc-js";
import { IsolationError } from "../../src/errors/index.js";
import type { IncomingCall } from "../../src/session/index.js";

const NO_TRACE: Readonly<Record<string, string>> = Object.freeze({});

let calls = 0;

/** What `currentCall()` says of a call that came by `Invoke`. What hardly anybody asks for is made when asked for. */
export class UnaryCall implements IncomingCall {
  readonly id: number;
  readonly attempt = 1;
  readonly trace = NO_TRACE;
  readonly #call: ServerUnaryCall<unknown, unknown>;
  #controller: AbortController | undefined;
  #isDraining = false;

  constructor(call: ServerUnaryCall<unknown, unknown>) {
    calls += 1;
    this.id = calls;
    this.#call = call;
  }

  get deadline(): number | undefined {
    const deadline = Number(this.#call.getDeadline());
    return Number.isFinite(deadline) ? deadline : undefined;
  }

  /** The process is to end. */
  drain(): void {
    this.#isDraining = true;
    this.#controller?.abort(stopped());
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      const abort = (): void =>
        controller.abort(new IsolationError("CANCELLED", "the caller does not wait for this call any more"));
      if (this.#isDraining) controller.abort(stopped());
      if (this.#call.cancelled) abort();
      else this.#call.once("cancelled", abort);
    }
    return this.#controller.signal;
  }
}

function stopped(): IsolationError {
  return new IsolationError("STOPPED", "the process is shutting down");
}
