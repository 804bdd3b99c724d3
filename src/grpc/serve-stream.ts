import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { endWithHeaders, endWithStatus } from "./end-with-status.js";
import { GrpcError, toGrpcError } from "./grpc-error.js";
import type { GrpcMethod, ServeOptions } from "./grpc-method.js";
import { ServerCall } from "./server-call.js";
import { GrpcStatus } from "./status.js";
import { writeAll } from "./write-all.js";

const CONTENT_TYPE = /^application\/grpc(\+proto)?(\s*;|$)/i;

/**
 * Answers a request that is no gRPC, by HTTP's own means: 405 for another method than POST, 415 for another content type.
 * Returns whether it is gRPC.
 */
export function isGrpcRequest(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean {
  const contentType = headers["content-type"];
  if (headers[":method"] !== "POST") endWithHeaders(stream, { ":status": 405, allow: "POST" });
  else if (contentType === undefined || !CONTENT_TYPE.test(contentType)) endWithHeaders(stream, { ":status": 415 });
  else return true;
  return false;
}

/**
 * Serves one call. Whatever the handler does, and whatever the client sends, it gets exactly one status.
 *
 * @param rawHeaders names and values as they came, with which metadata keep apart the values of one name
 */
export function serveStream(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  method: GrpcMethod,
  options: ServeOptions = {},
  rawHeaders?: readonly string[],
): void {
  // A stream that breaks is `aborted`, too.
  stream.on("error", ignore);
  if (!isGrpcRequest(stream, headers)) return;
  let call: ServerCall;
  try {
    call = new ServerCall({ stream, path: method.path, headers, rawHeaders, single: !method.requestStream }, options);
  } catch (error) {
    const { code, message } = toGrpcError(error);
    const isEncoding = code === GrpcStatus.UNIMPLEMENTED;
    endWithStatus(stream, code, message, isEncoding ? { "grpc-accept-encoding": "identity,deflate,gzip" } : undefined);
    return;
  }
  const serving = new Serving(call, method, options.toError ?? toGrpcError);
  stream.on("end", () => serving.requestEnded());
  if (method.requestStream) serving.run(decodeEach(call, method));
}

const ignore = (): void => {};

/** The messages of a request as values. */
async function* decodeEach({ request }: ServerCall, method: GrpcMethod): AsyncGenerator<unknown, void, undefined> {
  for await (const bytes of request.each()) yield decoded(method, bytes);
}

function decoded(method: GrpcMethod, bytes: Buffer): unknown {
  try {
    return method.decode(bytes);
  } catch (error) {
    throw new GrpcError(GrpcStatus.INTERNAL, `a request message is not what ${method.path} takes: ${String(error)}`);
  }
}

/** One call and its method. */
class Serving {
  readonly #call: ServerCall;
  readonly #method: GrpcMethod;
  readonly #toError: (thrown: unknown) => GrpcError;

  constructor(call: ServerCall, method: GrpcMethod, toError: (thrown: unknown) => GrpcError) {
    this.#call = call;
    this.#method = method;
    this.#toError = toError;
  }

  /** The client has sent everything; where that is one message, the handler has waited for it. */
  requestEnded(): void {
    const { request, response } = this.#call;
    request.end();
    if (this.#method.requestStream || response.ended) return;
    try {
      const bytes = request.only();
      if (bytes instanceof Promise) void this.#handleLater(bytes);
      else this.#handleOnly(bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  run(request: unknown): void {
    const { responseStream } = this.#method;
    try {
      const result = this.#method.handle(request, this.#call);
      if (responseStream) void this.#stream(result);
      else if (isThenable(result)) void this.#answerLater(result);
      else this.#answer(result);
    } catch (error) {
      this.#fail(error);
    }
  }

  #handleOnly(bytes: Buffer): void {
    if (this.#call.response.ended) return;
    try {
      this.run(decoded(this.#method, bytes));
    } catch (error) {
      this.#fail(error);
    }
  }

  #answer(message: unknown): void {
    const { response } = this.#call;
    if (response.ended) return;
    try {
      const bytes = this.#encoded(message);
      if (!response.isCompressing) {
        this.#call.settle();
        response.finish(bytes, false);
        return;
      }
      void this.#answerCompressed(bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #handleLater(bytes: Promise<Buffer>): Promise<void> {
    try {
      this.#handleOnly(await bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #answerLater(result: PromiseLike<unknown>): Promise<void> {
    try {
      this.#answer(await result);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #answerCompressed(bytes: Uint8Array): Promise<void> {
    try {
      const packed = await this.#call.response.pack(bytes);
      this.#call.settle();
      this.#call.response.finish(packed, true);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #stream(result: unknown): Promise<void> {
    try {
      await writeAll(this.#call, await result, (message) => this.#encoded(message));
      this.#call.settle();
      this.#call.response.end(GrpcStatus.OK, "");
    } catch (error) {
      this.#fail(error);
    }
  }

  #encoded(message: unknown): Uint8Array {
    try {
      return this.#method.encode(message);
    } catch (error) {
      throw new GrpcError(GrpcStatus.INTERNAL, `an answer is not what ${this.#method.path} gives: ${String(error)}`);
    }
  }

  #fail(thrown: unknown): void {
    this.#call.fail(this.#errorOf(thrown));
  }

  /** What is thrown is an object of the user's, whose properties may do anything. */
  #errorOf(thrown: unknown): GrpcError {
    try {
      return this.#toError(thrown);
    } catch {
      return new GrpcError(GrpcStatus.UNKNOWN, "what was thrown cannot be told");
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
