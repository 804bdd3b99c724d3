import { Metadata, type ServerErrorResponse, status } from "@grpc/grpc-js";
import { toRemoteError } from "../../src/codec/index.js";
import { STATUS_DETAILS_KEY } from "../../src/contract/index.js";
import type { IsolationErrorCode } from "../../src/errors/index.js";
import { fitStatus } from "./trailer-budget.js";

/** The gRPC status that says most about each code of ours; details carry the code itself. */
const STATUS_OF_CODE: { readonly [code in IsolationErrorCode]?: status } = {
  MODULE_NOT_FOUND: status.NOT_FOUND,
  METHOD_NOT_FOUND: status.NOT_FOUND,
  MODULE_FAILED: status.FAILED_PRECONDITION,
  INVALID_OPTION: status.INVALID_ARGUMENT,
  NOT_SERIALIZABLE: status.INVALID_ARGUMENT,
  STOPPED: status.UNAVAILABLE,
};

/** A failed call as gRPC carries it. */
export function toServiceError(thrown: unknown): ServerErrorResponse {
  const error = toRemoteError(thrown);
  const code = STATUS_OF_CODE[error.frameworkCode as IsolationErrorCode] ?? status.UNKNOWN;
  const text = error.message || error.name || "what was thrown is not an error";
  const { message, details } = fitStatus(code, text, error);
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_KEY, details);
  return Object.assign(new Error(message), { code, details: message, metadata });
}
