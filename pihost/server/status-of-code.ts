import type { IsolationErrorCode } from "../../src/errors/index.js";
import { GrpcStatus } from "../../src/grpc/index.js";

/** The gRPC status that says most about each code of ours; details carry the code itself. */
const STATUS_OF_CODE: { readonly [code in IsolationErrorCode]?: number } = {
  MODULE_NOT_FOUND: GrpcStatus.NOT_FOUND,
  METHOD_NOT_FOUND: GrpcStatus.NOT_FOUND,
  MODULE_FAILED: GrpcStatus.FAILED_PRECONDITION,
  INVALID_OPTION: GrpcStatus.INVALID_ARGUMENT,
  NOT_SERIALIZABLE: GrpcStatus.INVALID_ARGUMENT,
  STOPPED: GrpcStatus.UNAVAILABLE,
};

/** @param code of an error of ours; empty for one of the user's code */
export function statusOfCode(code: string): number {
  return STATUS_OF_CODE[code as IsolationErrorCode] ?? GrpcStatus.UNKNOWN;
}
