import { Status } from "./gen/google/rpc/status.js";
import { RemoteError } from "./gen/pihost/v1/errors.js";

/** Where gRPC carries a serialized `google.rpc.Status`. */
export const STATUS_DETAILS_KEY = "grpc-status-details-bin";

const REMOTE_ERROR_TYPE = "type.googleapis.com/pihost.v1.RemoteError";

/** A `google.rpc.Status` whose details hold one `RemoteError`. */
export function encodeStatusDetails(code: number, message: string, error: RemoteError): Buffer {
  const details = [{ typeUrl: REMOTE_ERROR_TYPE, value: Buffer.from(RemoteError.encode(error).finish()) }];
  return Buffer.from(Status.encode({ code, message, details }).finish());
}

/** The `RemoteError` inside a serialized `google.rpc.Status`, if there is one. */
export function decodeStatusDetails(bytes: Uint8Array): RemoteError | undefined {
  const detail = Status.decode(bytes).details.find(({ typeUrl }) => typeUrl === REMOTE_ERROR_TYPE);
  return detail === undefined ? undefined : RemoteError.decode(detail.value);
}
