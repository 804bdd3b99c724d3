import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
import { toJsonValue } from "../codec/index.js";
import { decodeInvokeResponse, encodeInvokeRequest, HOST_MODULE } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import {
  BUDGET,
  type CallExtras,
  type CallSink,
  type CallTarget,
  type ProcessSession,
  plainArguments,
  type SessionOptions,
} from "../session/index.js";
import { AnswerRoom } from "./answer-bytes.js";
import { CONNECTION_BOUNDS } from "./http2-bounds.js";
import { startUnaryCall, type UnaryOutcome } from "./http2-call.js";
import { Http2Overhead } from "./http2-overhead.js";
import { hostRequest } from "./invoke-host-requests.js";
import { errorOfStatus } from "./status-error.js";

const SERVICE = "/pihost.v1.HostService/";

/** Bytes of one answer: protobuf's JSON values take many times their length. */
const ANSWER_BYTES = 16 * 1024 * 1024;
/** Values in one answer. */
const ANSWER_VALUES = 1_000_000;

/** What headers and trailers of one call may take, as bytes of messages, of which the overhead may be some times as many. */
const CALL_BYTES = 2 * 1024;

const EVERYTHING_WAS_SENT: ReadonlySet<number> = new Set();

/** One RPC of a call, or of a request to the process itself. */
export interface UnaryRequest {
  readonly rpc: string;
  readonly message: Uint8Array;
  /** @throws RangeError when the answer is none */
  readonly read: (message: Buffer) => unknown;
}

type InvokeOptions = Pick<SessionOptions, "onLost" | "maxPayloadBytes" | "budget">;

/** Calls of a process that has no Session: a unary RPC for each, with JSON. */
export class InvokeSession implements ProcessSession {
  readonly unsent = EVERYTHING_WAS_SENT;
  readonly #session: ClientHttp2Session;
  readonly #token: string;
  readonly #options: InvokeOptions;
  readonly #overhead: Http2Overhead;
  readonly #room: AnswerRoom;
  readonly #calls = new Map<number, { readonly sink: CallSink; readonly cancel: () => void }>();
  #lastId = 0;
  #isLost = false;
  #closed: { readonly error: unknown } | undefined;

  private constructor(session: ClientHttp2Session, socket: Socket, token: string, options: InvokeOptions) {
    this.#session = session;
    this.#token = token;
    this.#options = options;
    this.#room = new AnswerRoom((options.budget ?? BUDGET).held);
    this.#overhead = new Http2Overhead(socket, (error) => this.#lose(error));
    session.once("close", () => this.#lose(undefined));
    session.unref();
  }

  /** @throws IsolationError PROTOCOL when nobody answers at the address */
  static connect(address: string, token: string, timeoutMs: number, options: InvokeOptions): Promise<InvokeSession> {
    const socket = connectSocket(address);
    const session = connectHttp2("http://localhost", { ...CONNECTION_BOUNDS, createConnection: () => socket });
    return new Promise((resolve, reject) => {
      const fail = (why: string, cause?: unknown): void => {
        clearTimeout(timer);
        session.destroy();
        reject(new IsolationError("PROTOCOL", `the process does not serve Invoke: ${why}`, { cause }));
      };
      const timer = setTimeout(() => fail(`it did not answer within ${Math.round(timeoutMs)} ms`), timeoutMs).unref();
      session.on("error", (error) => fail(error.message, error));
      // The first word of a server: it speaks HTTP/2.
      session.once("remoteSettings", () => {
        clearTimeout(timer);
        resolve(new InvokeSession(session, socket, token, options));
      });
    });
  }

  get writable(): boolean {
    return !this.#isLost;
  }

  get isAwaited(): boolean {
    return this.#calls.size > 0;
  }

  call(target: CallTarget, args: readonly unknown[], sink: CallSink, extras?: CallExtras): number {
    const request = requestOf(target, args);
    this.#lastId += 1;
    const id = this.#lastId;
    if (this.#closed !== undefined) {
      sink.lost?.(this.#closed.error);
      return id;
    }
    if (this.#isLost) {
      this.#calls.set(id, { sink, cancel: () => {} });
      return id;
    }
    const cancel = startUnaryCall(this.#session, {
      path: SERVICE + request.rpc,
      token: this.#token,
      message: request.message,
      timeoutMs: extras?.timeoutMs ? extras.timeoutMs : undefined,
      metadata: traceMetadata(extras?.trace),
      maxBytes: Math.min(this.#options.maxPayloadBytes ?? ANSWER_BYTES, ANSWER_BYTES),
      room: this.#room,
      onBytes: (length) => this.#overhead.received(length),
      onEnd: (outcome) => this.#settle(id, sink, request, outcome),
    });
    this.#calls.set(id, { sink, cancel });
    return id;
  }

  cancel(id: number): void {
    const call = this.#calls.get(id);
    if (!this.#calls.delete(id)) return;
    call?.cancel();
    // Nothing more of it can come.
    queueMicrotask(() => call?.sink.ended?.());
  }

  /** HTTP/2's own ping: what answers it is the process's gRPC, on whichever thread that runs. */
  ping(): Promise<void> {
    return new Promise((resolve) => {
      const isSent = !this.#isLost && this.#session.ping((error) => error === null && resolve());
      // As many are under way as may be: one that comes back says as much.
      if (!isSent && !this.#isLost) setImmediate(resolve);
    });
  }

  /** There are none. */
  streamsRead(): Promise<void> {
    return Promise.resolve();
  }

  streamRead(): Promise<void> {
    return Promise.resolve();
  }

  get openStreams(): number {
    return 0;
  }

  close(error: unknown): void {
    this.#closed ??= { error };
    this.#isLost = true;
    this.#overhead.stop();
    this.#session.destroy();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { sink } of calls) sink.lost?.(error);
  }

  #settle(id: number, sink: CallSink, request: UnaryRequest, outcome: UnaryOutcome | IsolationError): void {
    this.#overhead.received(CALL_BYTES);
    // What ended without a word ended with its connection, whose end is told elsewhere.
    if (IsolationError.is(outcome)) this.#reject(id, sink, outcome);
    else if (outcome.kind === "status") this.#reject(id, sink, errorOfStatus(outcome, sink.callSite));
    else if (outcome.kind === "message") this.#resolve(id, sink, request, outcome.message);
    else if (!this.#isLost && !this.#session.closed && !this.#session.destroyed) {
      this.#reject(id, sink, new IsolationError("PROTOCOL", "the process ended an RPC without a status"));
    }
  }

  #resolve(id: number, sink: CallSink, request: UnaryRequest, message: Buffer): void {
    let value: unknown;
    try {
      value = request.read(message);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#reject(id, sink, new IsolationError("PROTOCOL", `the process sent an answer that cannot be read: ${why}`));
      return;
    }
    if (this.#calls.delete(id)) sink.resolve(value);
  }

  #reject(id: number, sink: CallSink, error: unknown): void {
    if (this.#calls.delete(id)) sink.reject(error);
  }

  #lose(error: IsolationError | undefined): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#overhead.stop();
    this.#session.destroy();
    this.#options.onLost(error);
  }
}

/** @throws IsolationError NOT_SERIALIZABLE naming the path; METHOD_NOT_FOUND for what only a Session has */
function requestOf(target: CallTarget, args: readonly unknown[]): UnaryRequest {
  if (target.kind === "reference")
    throw new IsolationError("METHOD_NOT_FOUND", "a process without Session lends nothing");
  const { module, method } = target;
  if (module === HOST_MODULE) return hostRequest(method, args, ANSWER_VALUES);
  const plain = plainArguments(args).map((arg, index) => toJsonValue(arg, `args[${index}]`));
  return {
    rpc: "Invoke",
    message: encodeInvokeRequest(module, method, plain),
    read: (message) => decodeInvokeResponse(message, ANSWER_VALUES),
  };
}

/** The names that W3C gives to the trace; others may be no names of metadata. */
function traceMetadata(trace: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const entries = ["traceparent", "tracestate", "baggage"].flatMap((name) => {
    const value = trace?.[name];
    return value === undefined || !/^[\x20-\x7e]*$/.test(value) ? [] : [[name, value]];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}
