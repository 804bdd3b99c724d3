import { toRemoteError } from "../../codec/index.js";
import { encodeStatusDetails, STATUS_DETAILS_KEY } from "../../contract/index.js";
import { encodeStatusMessage } from "../../grpc/index.js";
import type { Fields } from "./http2/hpack-decoder.js";

/** Why a request ends without the isolate: a status of gRPC, and what it is about. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
  /** What goes into the details, as a `RemoteError`. */
  readonly error?: Error | undefined;
}

/** Characters of the message, and of all of a `RemoteError`: clients take 8 KiB of fields by default. */
const MESSAGE_LENGTH = 1024;
const ERROR_LENGTH = 3 * 1024;

const ANSWER: Fields = [":status", "200", "content-type", "application/grpc"];

/** The fields that tell it: trailers, where an answer has begun, else an answer that is nothing else. */
export function statusFields({ code, message, error }: Refusal, hasAnswer: boolean): Fields {
  const text = message.slice(0, MESSAGE_LENGTH);
  const fields = hasAnswer ? [] : [...ANSWER];
  fields.push("grpc-status", String(code), "grpc-message", encodeStatusMessage(text));
  if (error !== undefined) {
    const details = encodeStatusDetails(code, text, toRemoteError(error, { maxLength: ERROR_LENGTH }));
    fields.push(STATUS_DETAILS_KEY, details.toString("base64").replace(/=+$/, ""));
  }
  return fields;
}
