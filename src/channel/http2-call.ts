import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import { AUTHORIZATION_KEY, bearer, STATUS_DETAILS_KEY } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { PREFIX_LENGTH } from "../session/index.js";
import { AnswerBytes, AnswerRoom } from "./answer-bytes.js";

/** How a unary call of gRPC ended: with a message, or with a status that is not OK. */
export type UnaryOutcome =
  | { readonly kind: "message"; readonly message: Buffer }
  | { readonly kind: "status"; readonly code: number; readonly text: string; readonly details: Buffer | undefined }
  /** The stream was closed without a word. */
  | { readonly kind: "lost" };

export interface UnaryCall {
  /** The path of the RPC. */
  readonly path: string;
  readonly token: string | undefined;
  readonly message: Uint8Array;
  /** Milliseconds until the caller gives up; undefined for never. */
  readonly timeoutMs: number | undefined;
  /** Further metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of the answer. */
  readonly maxBytes: number;
  /** For this answer and those of the calls beside it; absent for a peer that is trusted. */
  readonly room?: AnswerRoom;
  /** Called with the number of bytes of each part of the answer. */
  readonly onBytes: (length: number) => void;
  /** Called once, unless it is cancelled. */
  readonly onEnd: (outcome: UnaryOutcome | IsolationError) => void;
}

/** Begins a unary call; the result cancels it. */
export function startUnaryCall(session: ClientHttp2Session, call: UnaryCall): () => void {
  const stream = session.request({
    ...call.metadata,
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: call.path,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
    [constants.HTTP2_HEADER_TE]: "trailers",
    ...(call.token === undefined ? {} : { [AUTHORIZATION_KEY]: bearer(call.token) }),
    ...(call.timeoutMs === undefined ? {} : { "grpc-timeout": timeoutHeader(call.timeoutMs) }),
  });
  let isOver = false;
  const end = (outcome: UnaryOutcome | IsolationError): void => {
    if (isOver) return;
    isOver = true;
    call.onEnd(outcome);
  };
  receive(stream, call, end);
  const prefix = Buffer.alloc(PREFIX_LENGTH);
  prefix.writeUInt32BE(call.message.length, 1);
  stream.end(Buffer.concat([prefix, call.message]));
  return () => {
    isOver = true;
    stream.close(constants.NGHTTP2_CANCEL);
  };
}

function receive(
  stream: ClientHttp2Stream,
  call: UnaryCall,
  end: (outcome: UnaryOutcome | IsolationError) => void,
): void {
  const room = call.room ?? new AnswerRoom(Number.POSITIVE_INFINITY);
  const answer = new AnswerBytes(room);
  let trailers: IncomingHttpHeaders | undefined;
  const take = (headers: IncomingHttpHeaders): void => {
    if (headers["grpc-status"] !== undefined) trailers = headers;
  };
  const refuse = (why: string): void => {
    end(new IsolationError("PROTOCOL", why));
    stream.off("data", add).resume();
    answer.release();
    stream.close(constants.NGHTTP2_CANCEL);
  };
  const add = (part: Buffer): void => {
    call.onBytes(part.length);
    if (answer.length + part.length > call.maxBytes + PREFIX_LENGTH) {
      refuse(`the process sent an answer with more than ${call.maxBytes} bytes`);
    } else if (!answer.add(part)) {
      refuse(`the answers of the process that are under way take more than ${room.size} bytes, its budget.held`);
    }
  };
  stream.on("error", () => {});
  stream.once("response", take);
  stream.once("trailers", take);
  stream.on("data", add);
  stream.once("close", () => {
    const body = answer.release();
    end(trailers === undefined ? { kind: "lost" } : outcomeOf(trailers, body));
  });
}

function outcomeOf(trailers: IncomingHttpHeaders, body: Buffer): UnaryOutcome | IsolationError {
  const code = Number(trailers["grpc-status"]);
  if (code !== 0) {
    const details = trailers[STATUS_DETAILS_KEY];
    return {
      kind: "status",
      code,
      text: decodeText(String(trailers["grpc-message"] ?? "")),
      details: typeof details === "string" ? Buffer.from(details, "base64") : undefined,
    };
  }
  const isWhole = body.length >= PREFIX_LENGTH && body[0] === 0 && body.readUInt32BE(1) === body.length - PREFIX_LENGTH;
  if (isWhole) return { kind: "message", message: body.subarray(PREFIX_LENGTH) };
  return new IsolationError("PROTOCOL", "the process sent an answer that is no message");
}

/** `grpc-message` is percent-encoded; one that is not is shown as it came. */
function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** At most eight digits and a unit. */
function timeoutHeader(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms));
  return whole < 1e8 ? `${whole}m` : `${Math.min(Math.ceil(whole / 1_000), 99_999_999)}S`;
}
