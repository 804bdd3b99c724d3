/** The part of the contract that kernels serve: loaded only where there is a kernel. */
export { ListValue, Value } from "./gen/google/protobuf/struct.js";
export type { Timestamp } from "./gen/google/protobuf/timestamp.js";
export * from "./gen/pihost/v1/kernel.js";

import { KERNEL_DESCRIPTORS } from "./gen/kernel-descriptors.js";

/** Of `pihost.v1.KernelService` and all that it imports, serialized FileDescriptorProtos; those that are imported first. */
export function kernelDescriptors(): readonly Uint8Array[] {
  return KERNEL_DESCRIPTORS.map((text) => Buffer.from(text, "base64"));
}
