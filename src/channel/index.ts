/** The connection to one process, or to a kernel. */
export { startUnaryCall, type UnaryOutcome } from "./http2-call.js";
export { connectHttp2Lane, type LaneOptions } from "./http2-lane.js";
export { openSession, type SessionConnection } from "./open-session.js";
