import { IsolationError } from "../../src/errors/index.js";
import type { GrpcCall, GrpcMethod } from "../../src/grpc/index.js";
import { runInCall } from "../current-call.js";
import type { BoundMethod } from "../modules/index.js";
import type { Pihost } from "../pihost.js";
import { HandedCall, IncomingServiceCall } from "./service-call.js";
import type { ServiceMethod } from "./service-method.js";

/** Runs the functions of services: each call counts as running until its last message is made. */
export class MethodRunner {
  readonly #pihost: Pihost;
  /** The calls that want to know when the process is to end. */
  readonly #listening = new Set<IncomingServiceCall>();

  constructor(pihost: Pihost) {
    this.#pihost = pihost;
    pihost.onDraining(() => {
      for (const call of this.#listening) call.drain();
    });
  }

  /** A method with its function, as it is served. */
  toGrpcMethod(method: ServiceMethod, callee: BoundMethod): GrpcMethod {
    const { path, requestStream, responseStream } = method;
    return {
      path,
      requestStream,
      responseStream,
      decode: (bytes) => method.decode(bytes),
      encode: (message) => method.encode(message),
      handle: (request: unknown, call: GrpcCall) => {
        const incoming = new IncomingServiceCall(call, this.#listening);
        const args = [request, new HandedCall(call, incoming)];
        return responseStream ? this.#stream(callee, args, incoming) : this.#once(callee, args, incoming);
      },
    };
  }

  #once(callee: BoundMethod, args: readonly unknown[], call: IncomingServiceCall): unknown {
    const result = this.#pihost.run(callee, args, call);
    if (result instanceof Promise)
      result.then(
        () => call.settle(),
        () => call.settle(),
      );
    else call.settle();
    return result;
  }

  async #stream(callee: BoundMethod, args: readonly unknown[], call: IncomingServiceCall): Promise<unknown> {
    const { ledger, draining, isolate } = this.#pihost;
    if (draining) throw new IsolationError("STOPPED", `${isolate} is shutting down`);
    ledger.begin();
    const end = (how: "succeed" | "fail"): void => {
      ledger[how]();
      call.settle();
    };
    try {
      return untilTheEnd(await runInCall(call, callee, args), end);
    } catch (error) {
      end("fail");
      throw error;
    }
  }
}

/** The same messages; their end, however it comes, is told once. @throws TypeError for what is no stream */
function untilTheEnd(messages: unknown, onEnd: (how: "succeed" | "fail") => void): AsyncIterable<unknown> {
  const iterator = iteratorOf(messages);
  let running = true;
  const end = (how: "succeed" | "fail"): void => {
    if (running) onEnd(how);
    running = false;
  };
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const result = await iterator.next();
          if (result.done === true) end("succeed");
          return result;
        } catch (error) {
          end("fail");
          throw error;
        }
      },
      async return() {
        try {
          await iterator.return?.();
        } finally {
          end("fail");
        }
        return { done: true, value: undefined };
      },
    }),
  };
}

function iteratorOf(messages: unknown): AsyncIterator<unknown> | Iterator<unknown> {
  if (typeof messages === "object" && messages !== null) {
    const iterable = messages as AsyncIterable<unknown> | Iterable<unknown>;
    if (Symbol.asyncIterator in iterable) return iterable[Symbol.asyncIterator]();
    if (Symbol.iterator in iterable) return iterable[Symbol.iterator]();
  }
  const came = messages === null ? "null" : typeof messages;
  throw new TypeError(`a method that answers with a stream returns an iterable; this one returned ${came}`);
}
