import type { Metadata } from "./metadata.js";
import { GrpcStatus } from "./status.js";

export interface GrpcErrorExtras {
  /** A serialized `google.rpc.Status`, which travels as `grpc-status-details-bin`. */
  readonly details?: Uint8Array | undefined;
  /** What goes into the trailers beside the status. */
  readonly metadata?: Metadata | undefined;
  readonly cause?: unknown;
}

/** How a call ends that does not succeed. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  /** One of `GrpcStatus`, 1 to 16. */
  readonly code: number;
  readonly details: Uint8Array | undefined;
  readonly metadata: Metadata | undefined;

  constructor(code: number, message: string, { details, metadata, cause }: GrpcErrorExtras = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
    this.metadata = metadata;
  }
}

/** What a handler threw, as a status: a `GrpcError` is its own, anything else is UNKNOWN with its message. */
export function toGrpcError(thrown: unknown): GrpcError {
  if (thrown instanceof GrpcError) return thrown;
  const message = thrown instanceof Error ? thrown.message || thrown.name : "what was thrown is not an error";
  return new GrpcError(GrpcStatus.UNKNOWN, message, { cause: thrown });
}
