import { Metadata, type ServerErrorResponse } from "@grpc/grpc-js";
import { toRemoteError } from "../../src/codec/index.js";
import { STATUS_DETAILS_KEY } from "../../src/contract/index.js";
import { statusOfCode } from "./status-of-code.js";
import { fitStatus } from "./trailer-budget.js";

/** A failed call as gRPC carries it. */
export function toServiceError(thrown: unknown): ServerErrorResponse {
  const error = toRemoteError(thrown);
  const code = statusOfCode(error.frameworkCode);
  const text = error.message || error.name || "what was thrown is not an error";
  const { message, details } = fitStatus(code, text, error);
  const metadata = new Metadata();
  metadata.set(STATUS_DETAILS_KEY, details);
  return Object.assign(new Error(message), { code, details: message, metadata });
}
