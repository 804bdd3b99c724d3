import { Metadata, type ServerErrorResponse, status } from "@grpc/grpc-js";
import { toRemoteError } from "../../src/codec/index.js";
import { encodeStatusDetails, STATUS_DETAILS_KEY } from "../../src/contract/index.js";
import type { IsolationErrorCode } from "../../src/errors/index.js";

/** The gRPC status that says most about each code of ours; details carry the code itself. */
const STATUS_OF_CODE: { readonly [code in IsolationErrorCode]?: status } = {
  MODULE_NOT_FOUND: status.NOT_FOUND,
  METHOD_NOT_FOUND: status.NOT_FOUND,
  MODULE_FAILED: status.FAILED_PRECONDITION,
  INVALID_OPTION: status.INVALID_ARGUMENT,
  NOT_SERIALIZABLE: status.INVALID_ARGUMENT,
  STOPPED: status.UNAVAILABLE,
};

/**
 * Characters of an error that fit into trailers: as base64 they stay below the 16 KiB that gRPC clients take at the
 * least. A Session has no such bound.
 */
const MAX_DETAILS_LENGTH = 10_000;
const MAX_MESSAGE_LENGTH = 1_000;

/** A failed call as gRPC carries it. */
export function toServiceError(thrown: unknown): ServerErrorResponse {
  const error = toRemoteError(thrown, { maxLength: MAX_DETAILS_LENGTH });
  const code = STATUS_OF_CODE[error.frameworkCode as IsolationErrorCode] ?? status.UNKNOWN;
  const message = (error.message || error.name || "what was thrown is not an error").slice(0, MAX_MESSAGE_LENGTH);
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_KEY, encodeStatusDetails(code, message, error));
  return Object.assign(new Error(message), { code, details: message, metadata });
}
