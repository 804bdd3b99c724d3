/** A gRPC server on the streams of node:http2: messages are bytes, methods bring their codecs. */
export { ACCEPTED_ENCODINGS } from "./encodings.js";
export { endWithHeaders, endWithStatus, stopReading } from "./end-with-status.js";
export { GrpcError, type GrpcErrorExtras, toGrpcError } from "./grpc-error.js";
export { type GrpcCall, type GrpcMethod, MAX_MESSAGE_BYTES, type ServeOptions } from "./grpc-method.js";
export { Metadata, type MetadataValue } from "./metadata.js";
export { isGrpcRequest, serveStream } from "./serve-stream.js";
export { GrpcStatus, STATUS_DETAILS } from "./status.js";
export { decodeStatusMessage, encodeStatusMessage } from "./status-message.js";
export { parseTimeout } from "./timeout.js";
