import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectSocket } from "node:net";
import { startUnaryCall } from "../../channel/index.js";
import { IsolationError } from "../../errors/index.js";
import { keepAlive } from "../../isolator/index.js";
import { SERVICE_PATH } from "../service/index.js";
import { errorOfStatus } from "./kernel-error.js";
import type { Codecs } from "./requests.js";
import { startServerStream } from "./server-stream.js";

/** Bytes of one answer. */
const ANSWER_BYTES = 64 * 1024 * 1024;

/** What a field of HTTP takes; a token that is read from a file mostly ends with its line. */
const VISIBLE = /^[!-~]+$/;

export interface RequestOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  readonly isBackground?: boolean;
}

/** A gRPC client of one kernel. Connects when it is first used, and again when a connection was lost. */
export class KernelClient {
  readonly socket: string;
  readonly token: string | undefined;
  #session: ClientHttp2Session | undefined;
  #isClosed = false;

  /** @throws IsolationError INVALID_OPTION for what cannot be a token */
  constructor(socket: string, token: string | undefined) {
    if (token !== undefined && !(typeof token === "string" && VISIBLE.test(token))) {
      const message = "token must be visible characters alone, without spaces and line ends; it is not shown here";
      throw new IsolationError("INVALID_OPTION", message);
    }
    this.socket = socket;
    this.token = token;
  }

  /** @throws IsolationError what the kernel refuses it with; STOPPED where nobody answers at its socket */
  unary<Request, Response>(
    name: string,
    [requests, responses]: Codecs<Request, Response>,
    request: Request,
    { timeoutMs, signal }: RequestOptions = {},
  ): Promise<Response> {
    const answer = new Promise<Buffer>((resolve, reject) => {
      if (signal?.aborted === true) throw cancelled(signal);
      const cancel = startUnaryCall(this.#connected(), {
        path: SERVICE_PATH + name,
        token: this.token,
        message: requests.encode(request).finish(),
        timeoutMs,
        metadata: {},
        maxBytes: ANSWER_BYTES,
        onBytes: () => {},
        onEnd: (outcome) => {
          signal?.removeEventListener("abort", abort);
          if (IsolationError.is(outcome)) reject(outcome);
          else if (outcome.kind === "message") resolve(outcome.message);
          else if (outcome.kind === "status") reject(errorOfStatus(outcome));
          else reject(this.#gone());
        },
      });
      const abort = (): void => {
        cancel();
        reject(cancelled(signal));
      };
      signal?.addEventListener("abort", abort, { once: true });
    });
    return keepAlive.during(answer.then((bytes) => responses.decode(bytes)));
  }

  /**
   * Resolves once the answer has begun, with its messages; whoever stops reading them cancels the call, as the signal does, which
   * ends them without an error. Who waits for a message holds the process alive, unless it is only in the background.
   */
  async stream<Request, Response>(
    name: string,
    [requests, responses]: Codecs<Request, Response>,
    request: Request,
    { signal, isBackground = false }: StreamOptions = {},
  ): Promise<AsyncGenerator<Response, void, undefined>> {
    if (signal?.aborted === true) throw cancelled(signal);
    const path = SERVICE_PATH + name;
    const stream = startServerStream(this.#connected(), path, this.token, requests.encode(request).finish(), (cause) =>
      this.#gone(cause),
    );
    const abort = (): void => stream.cancel();
    const forget = (): void => signal?.removeEventListener("abort", abort);
    signal?.addEventListener("abort", abort, { once: true });
    await keepAlive.during(stream.begun).catch((error: unknown) => {
      forget();
      throw signal?.aborted === true ? cancelled(signal) : error;
    });
    const messages = stream.messages();
    const next = (): ReturnType<typeof messages.next> =>
      isBackground ? messages.next() : keepAlive.during(messages.next());
    return (async function* () {
      try {
        for (let message = await next(); message.done !== true; message = await next())
          yield responses.decode(message.value);
      } catch (error) {
        if (signal?.aborted !== true) throw error;
      } finally {
        forget();
        await messages.return();
      }
    })();
  }

  /** Ends what is under way. */
  close(): void {
    this.#isClosed = true;
    this.#session?.destroy();
  }

  #connected(): ClientHttp2Session {
    if (this.#isClosed) throw closedError();
    if (this.#session !== undefined && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const session = connectHttp2("http://localhost", { createConnection: () => connectSocket(this.socket) });
    session.on("error", () => {});
    // What waits for an answer holds the process alive; the connection does not.
    session.unref();
    this.#session = session;
    return session;
  }

  #gone(cause?: unknown): IsolationError {
    if (this.#isClosed) return closedError();
    return new IsolationError("STOPPED", `no kernel answers at ${this.socket}: it has ended, or ends`, { cause });
  }
}

function closedError(): IsolationError {
  return new IsolationError("STOPPED", "the connection to the kernel was closed");
}

function cancelled(signal: AbortSignal | undefined): IsolationError {
  return new IsolationError("CANCELLED", "the request was cancelled by the caller's signal", { cause: signal?.reason });
}
