import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import { connect as connectSocket } from "node:net";
import { AUTHORIZATION_KEY, bearer, unwrapResponse, wrapFrame } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { timerDelay } from "../platform/index.js";
import { printable } from "../sandbox/index.js";
import { incomingBytes, type Lane, type LaneListener, PacedReader, PREFIX_LENGTH } from "../session/index.js";
import { CONNECTION_BOUNDS } from "./http2-bounds.js";
import { Http2Overhead } from "./http2-overhead.js";

const SESSION_PATH = "/pihost.v1.HostService/Session";

/** How much each side may send before the other has read it, in bytes: 64 KiB, the default, makes large frames slow. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** How much of what the peer says about its refusal is told, in characters. */
const REFUSAL_LENGTH = 500;

/** What a lane through a kernel's front door has beside one straight to a process. */
export interface LaneOptions {
  /** Further metadata of the request. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Gives up while the peer has not taken the call. */
  readonly signal?: AbortSignal;
  /** Called with the headers or trailers that hold the status, before the lane is closed. */
  readonly onStatus?: (headers: IncomingHttpHeaders) => void;
}

/**
 * The RPC `HostService.Session` as a lane.
 *
 * Speaks gRPC by `node:http2` rather than by grpc-js, which cannot let an idle stream not hold the host's event loop,
 * and which would cost every host some 40 ms to load.
 *
 * @throws IsolationError PROTOCOL or UNAUTHENTICATED when the peer does not take the call
 */
export async function connectHttp2Lane(
  address: string,
  token: string | undefined,
  timeoutMs: number,
  { metadata = {}, signal, onStatus }: LaneOptions = {},
): Promise<Lane> {
  const socket = connectSocket(address);
  const session = connectHttp2("http://localhost", {
    ...CONNECTION_BOUNDS,
    createConnection: () => socket,
    settings: { ...CONNECTION_BOUNDS.settings, initialWindowSize: WINDOW_BYTES },
  });
  session.on("error", () => {});
  const stream = session.request({
    ...metadata,
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: SESSION_PATH,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
    [constants.HTTP2_HEADER_TE]: "trailers",
    ...(token === undefined ? {} : { [AUTHORIZATION_KEY]: bearer(token) }),
  });
  stream.on("error", () => {});
  const tellStatus = (headers: IncomingHttpHeaders): void => {
    if (headers["grpc-status"] !== undefined) onStatus?.(headers);
  };
  stream.once("response", tellStatus);
  stream.once("trailers", tellStatus);
  const giveUp = (): void => void session.destroy();
  signal?.addEventListener("abort", giveUp, { once: true });
  let onBreach = (error: IsolationError): void => void stream.destroy(error);
  const overhead = new Http2Overhead(socket, (error) => onBreach(error));
  session.once("close", () => overhead.stop());
  // An empty frame: servers answer with headers only once they have a message.
  stream.write(toMessage(wrapFrame(Buffer.alloc(0))));
  try {
    await accepted(session, stream, timeoutMs);
  } catch (error) {
    session.destroy();
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
  session.unref();
  return createLane(session, stream, overhead, (listener) => {
    onBreach = listener;
  });
}

function accepted(session: ClientHttp2Session, stream: ClientHttp2Stream, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => {
      reject(new IsolationError("PROTOCOL", `the process does not serve Session: ${why}`, { cause }));
    };
    const timer = setTimeout(() => fail(`it did not answer within ${Math.round(timeoutMs)} ms`), timerDelay(timeoutMs));
    stream.once("response", (headers) => {
      clearTimeout(timer);
      const status = headers["grpc-status"];
      if (status === "16") reject(new IsolationError("UNAUTHENTICATED", "the process refused the token"));
      else if (status !== undefined && status !== "0")
        fail(`${quote(headers["grpc-message"])} (gRPC status ${quote(status)})`);
      else resolve();
    });
    session.once("error", (error) => fail(error.message, error));
    // The stream hears of a failed connection before its session does.
    stream.once("error", ({ message, cause }) => fail(cause instanceof Error ? cause.message : message, cause));
    stream.once("close", () => {
      clearTimeout(timer);
      fail("it closed the stream");
    });
  });
}

function createLane(
  session: ClientHttp2Session,
  stream: ClientHttp2Stream,
  overhead: Http2Overhead,
  listen: (onBreach: (error: IsolationError) => void) => void,
): Lane {
  let listener: LaneListener | undefined;
  let broken: IsolationError | undefined;
  let isOurs = false;
  const reader = new PacedReader(
    incomingBytes(stream),
    (message) => {
      const frame = unwrapResponse(message);
      if (frame.length > 0) listener?.onFrame(frame);
    },
    (error) => {
      broken = IsolationError.is(error) ? error : notAMessage(error);
      stream.destroy();
    },
  );
  stream.pause();
  listen((error) => {
    broken ??= error;
    // Not the stream alone: what floods is the connection.
    session.destroy();
  });
  stream.once("close", () => {
    session.destroy();
    if (isOurs) reader.stop();
    else reader.finish();
    listener?.onClose(broken);
  });
  return {
    // Whether the peer will see it nobody can know.
    send: (message, onSent) => stream.write(toMessage(wrapFrame(message.subarray(PREFIX_LENGTH))), () => onSent(false)),
    listen(next) {
      listener = next;
      stream.on("drain", () => next.onDrain());
      stream.on("data", (chunk: Buffer) => overhead.received(chunk.length));
      reader.start();
      stream.resume();
    },
    flushed: () =>
      new Promise((resolve) => {
        if (stream.destroyed || stream.writableLength === 0) resolve();
        else stream.write(Buffer.alloc(0), () => resolve());
      }),
    pause: () => reader.pause(),
    resume: () => reader.resume(),
    close: () => {
      isOurs = true;
      stream.close(constants.NGHTTP2_CANCEL);
    },
  };
}

/** A text of the peer's, as a part of a line. */
function quote(text: string | readonly string[] | undefined): string {
  return printable(String(text ?? "").slice(0, REFUSAL_LENGTH));
}

function notAMessage(error: unknown): IsolationError {
  const reason = error instanceof Error ? error.message : String(error);
  return new IsolationError("PROTOCOL", `the peer sent what is no message: ${reason}`, { cause: error });
}

function toMessage(message: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_LENGTH);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
