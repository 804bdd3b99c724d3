import { toRemoteError } from "../../codec/index.js";
import { encodeStatusDetails } from "../../contract/index.js";
import { IsolationError, type IsolationErrorCode } from "../../errors/index.js";
import { GrpcError, GrpcStatus } from "../../grpc/index.js";

/** The status that says most about each code; the details carry the code itself. */
const STATUS_OF_CODE: { readonly [code in IsolationErrorCode]?: number } = {
  MODULE_NOT_FOUND: GrpcStatus.NOT_FOUND,
  METHOD_NOT_FOUND: GrpcStatus.NOT_FOUND,
  MODULE_FAILED: GrpcStatus.FAILED_PRECONDITION,
  START_FAILED: GrpcStatus.FAILED_PRECONDITION,
  START_TIMEOUT: GrpcStatus.FAILED_PRECONDITION,
  INVALID_OPTION: GrpcStatus.INVALID_ARGUMENT,
  NOT_SERIALIZABLE: GrpcStatus.INVALID_ARGUMENT,
  QUEUE_FULL: GrpcStatus.RESOURCE_EXHAUSTED,
  LIMIT_EXCEEDED: GrpcStatus.RESOURCE_EXHAUSTED,
  DEADLINE_EXCEEDED: GrpcStatus.DEADLINE_EXCEEDED,
  CANCELLED: GrpcStatus.CANCELLED,
  NOT_GRANTED: GrpcStatus.PERMISSION_DENIED,
  STOPPED: GrpcStatus.UNAVAILABLE,
  CRASHED: GrpcStatus.UNAVAILABLE,
  UNRESPONSIVE: GrpcStatus.UNAVAILABLE,
  RESTARTS_EXHAUSTED: GrpcStatus.UNAVAILABLE,
};

/** Characters of `grpc-message`; and bytes of the details: clients on gRPC's C core refuse trailers of more than 8 KiB. */
const MESSAGE_LENGTH = 512;
const DETAILS_BYTES = 4_096;

/** What an operation threw, as a status: errors of the framework by their code, what a module's code threw as UNKNOWN. */
export function toKernelError(thrown: unknown): GrpcError {
  if (thrown instanceof GrpcError) return thrown;
  const code = IsolationError.is(thrown) ? (STATUS_OF_CODE[thrown.code] ?? GrpcStatus.UNKNOWN) : GrpcStatus.UNKNOWN;
  const { name, message: said } = toRemoteError(thrown, { maxLength: MESSAGE_LENGTH });
  const message = said || name || "what was thrown is not an error";
  return new GrpcError(code, message, { details: fittingDetails(code, message, thrown), cause: thrown });
}

/** An error loses its stack, fields and causes rather than the whole answer. */
function fittingDetails(code: number, message: string, thrown: unknown): Buffer {
  for (let maxLength = DETAILS_BYTES; ; maxLength = Math.floor(maxLength / 2)) {
    const details = encodeStatusDetails(code, message, toRemoteError(thrown, { maxLength }));
    if (details.length <= DETAILS_BYTES || maxLength < 16) return details;
  }
}
