/** The contract: the only importer of the generated code. What needs gRPC itself is in `service.ts`, because loading that takes long. */

export { FRONT_DOOR } from "../inside/front-door-target.js";
export { type Capabilities, capabilitiesOf } from "./capabilities.js";
export { fromDuration, toDuration } from "./duration.js";
export { PIHOST_EXIT } from "./exit-codes.js";
export { FEATURES, type Feature, NODE_FEATURES, NOT_IN_PROCESS, VALUE_KINDS, type ValueKind } from "./features.js";
export type { RemoteError } from "./gen/pihost/v1/errors.js";
export { RemoteError as RemoteErrorCodec } from "./gen/pihost/v1/errors.js";
export { Go, type HandshakeFromHost, type HandshakeFromProcess, type Hello } from "./gen/pihost/v1/handshake.js";
export type {
  GetDataRequest,
  GetDataResponse,
  InvokeRequest,
  InvokeResponse,
  SetDataRequest,
  SetDataResponse,
  ShutdownRequest,
  ShutdownResponse,
  StatusRequest,
  StatusResponse,
  WatchRequest,
  WatchResponse,
} from "./gen/pihost/v1/host_service.js";
export {
  type CallDetails,
  type Chunk,
  type IndexedPayload,
  type Payload,
  SessionFrame,
  SessionRequest,
  SessionResponse,
  type Settlement,
} from "./gen/pihost/v1/session.js";
export { HostState, type HostStatus as HostStatusMessage } from "./gen/pihost/v1/status.js";
export {
  HANDSHAKE_DESCRIPTOR,
  handshakeLine,
  parseHandshakeFromHost,
  parseHandshakeFromProcess,
  SESSION_DESCRIPTOR,
} from "./handshake.js";
export { HOST_MODULE, JOB_MODULE } from "./host-module.js";
export type { InProcessHost, InProcessPihost, StartInProcess } from "./in-process.js";
export type { ModuleExport } from "./module-export.js";
export { NOT_BEGUN_KEY } from "./not-begun.js";
export { commonProtocol, PROTOCOLS } from "./protocols.js";
export { unwrapRequest, unwrapResponse, wrapFrame } from "./session-envelope.js";
export { decodeStatusDetails, encodeStatusDetails, STATUS_DETAILS_KEY } from "./status-details.js";
export { AUTHORIZATION_KEY, bearer } from "./token.js";
export {
  decodeGetDataResponse,
  decodeInvokeResponse,
  decodeShutdownResponse,
  decodeStatusResponse,
  encodeGetDataRequest,
  encodeInvokeRequest,
  encodeSetDataRequest,
  encodeShutdownRequest,
} from "./unary-messages.js";
export { parseUsedModule, type UsedModule, usedModuleName } from "./used-modules.js";
