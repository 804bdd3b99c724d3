import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { encodeStatusMessage } from "./status-message.js";

export const CONTENT_TYPE = "application/grpc";

/** The headers of a status. */
export function statusHeaders(code: number, message: string, extras?: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...extras, "grpc-status": String(code) };
  if (message !== "") headers["grpc-message"] = encodeStatusMessage(message);
  return headers;
}

/**
 * Ends a call that has no answer yet: one block of headers, which holds the status. Does nothing once headers were sent.
 *
 * @param extras further metadata, as headers: binary ones in base64
 */
export function endWithStatus(
  stream: ServerHttp2Stream,
  code: number,
  message: string,
  extras?: OutgoingHttpHeaders,
): void {
  endWithHeaders(stream, { ":status": 200, "content-type": CONTENT_TYPE, ...statusHeaders(code, message, extras) });
}

/** Answers with headers alone, and wants no more of the request. */
export function endWithHeaders(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  stream.respond(headers, { endStream: true });
  stopReading(stream);
}

/** What the client still sends is of no interest: says so, and lets go of it. */
export function stopReading(stream: ServerHttp2Stream): void {
  stream.resume();
  if (!stream.readableEnded && !stream.endAfterHeaders) stream.close(constants.NGHTTP2_NO_ERROR);
}
