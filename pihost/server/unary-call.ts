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
  #signal: AbortSignal | undefined;

  constructor(call: ServerUnaryCall<unknown, unknown>) {
    calls += 1;
    this.id = calls;
    this.#call = call;
  }

  get deadline(): number | undefined {
    const deadline = Number(this.#call.getDeadline());
    return Number.isFinite(deadline) ? deadline : undefined;
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      const abort = (): void =>
        controller.abort(new IsolationError("CANCELLED", "the caller does not wait for this call any more"));
      if (this.#call.cancelled) abort();
      else this.#call.once("cancelled", abort);
      this.#signal = controller.signal;
    }
    return this.#signal;
  }
}
