/** The contract: the only importer of the generated code. */
export { fromDuration, toDuration } from "./duration.js";
export { PIHOST_EXIT } from "./exit-codes.js";
export type { RemoteError } from "./gen/pihost/v1/errors.js";
export { RemoteError as RemoteErrorCodec } from "./gen/pihost/v1/errors.js";
export type { Go, HandshakeFromHost, HandshakeFromProcess, Hello } from "./gen/pihost/v1/handshake.js";
export {
  type GetDataRequest,
  type GetDataResponse,
  HostServiceClient,
  type HostServiceServer,
  HostServiceService,
  type InvokeRequest,
  type InvokeResponse,
  type SetDataRequest,
  type SetDataResponse,
  type ShutdownRequest,
  type ShutdownResponse,
  type StatusRequest,
  type StatusResponse,
  type WatchRequest,
  type WatchResponse,
} from "./gen/pihost/v1/host_service.js";
export { HostState, type HostStatus as HostStatusMessage } from "./gen/pihost/v1/status.js";
export {
  HANDSHAKE_DESCRIPTOR,
  handshakeLine,
  parseHandshakeFromHost,
  parseHandshakeFromProcess,
  SUPPORTED_PROTOCOLS,
} from "./handshake.js";
export { decodeStatusDetails, encodeStatusDetails, STATUS_DETAILS_KEY } from "./status-details.js";
export { AUTHORIZATION_KEY, bearer } from "./token.js";
