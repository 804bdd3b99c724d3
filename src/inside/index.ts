/** What a module inside an isolated process may import, as `process-isolation/pihost`. None has to. */
export type { CurrentCall, UseOptions } from "./bridge.js";
export { currentCall } from "./current-call.js";
export { getData, setData } from "./isolate-data.js";
export { keep, type Live, remote } from "./marks.js";
export { registerErrorClass } from "./register-error-class.js";
export type { Remote, RemoteObject, RemoteStream } from "./remote-types.js";
export type { ServiceCall, ServiceMetadata, WritableServiceMetadata } from "./service-call.js";
export { type FrontDoorAccess, frontDoor, use } from "./use.js";
