/** `pihost.v1.KernelService`: what operators do with a kernel, over gRPC. */
export { eventOfMessage } from "./event-message.js";
export { MESSAGE_LINES } from "./follow-logs.js";
export { type KernelServiceMethods, kernelService } from "./kernel-service.js";
export { logLineOf } from "./log-message.js";
export { type KernelCall, SERVICE_PATH } from "./method.js";
export type { InvokeOptions, KernelOperations } from "./operations.js";
export { summaryOfMessage } from "./summary-message.js";
export { fromTimestamp } from "./time-message.js";
