/** Many calls, streams and callbacks over one lane; the same on both sides. */

export { onAbort } from "./abort-watch.js";
export { BUDGET, type Budget, FRAME_BYTES, PAYLOAD_BYTES, UNBOUNDED } from "./budget.js";
export { type CallExtras, hasTrace } from "./call-extras.js";
export { type CallSite, currentCallSite } from "./call-site.js";
export {
  ANSWERED_LATER,
  type Answer,
  type Callee,
  type CallHandler,
  type CallSink,
  type CallTarget,
  type IncomingCall,
  type SessionCall,
} from "./call-target.js";
export { createDescriptorLane } from "./descriptor-lane.js";
export { decodeFrame } from "./frame-decoder.js";
export { incomingBytes } from "./incoming-bytes.js";
export { iterateLater } from "./iterate-later.js";
export type { Lane, LaneListener } from "./lane.js";
export { asLaneSocket, openLaneSocket } from "./lane-socket.js";
export { createMemberProxy, type MemberProxyOptions } from "./member-proxy.js";
export { type Container, hasMember, isClass, isContainer, memberNames } from "./members.js";
export { MessageReader, PREFIX_LENGTH } from "./message-reader.js";
export type { SharedMemory } from "./out-of-band.js";
export { PacedReader } from "./paced-reader.js";
export type { ProcessSession } from "./process-session.js";
export { PromisedAnswer } from "./promised-answer.js";
export { RemoteModule } from "./proxy-faces.js";
export { quiet } from "./quiet.js";
export { Session, type SessionOptions } from "./session.js";
export { type ArgumentsSnapshot, snapshotArguments } from "./snapshot-arguments.js";
export type { Hold } from "./stream-stand-ins.js";
export { plainArguments, type Taken, takenBy } from "./taken.js";
