/** A program's way to a kernel that runs elsewhere. */
export type { ConnectedIsolate, ConnectOptions } from "./connect-options.js";
export { ConnectedKernel } from "./connected-kernel.js";
export { findKernel, type KernelAddress } from "./find-kernel.js";
export { KernelClient } from "./kernel-client.js";
export { REQUESTS } from "./requests.js";
