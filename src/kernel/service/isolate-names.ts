import { toRemoteError } from "../../codec/index.js";
import { encodeStatusDetails } from "../../contract/index.js";
import { GrpcError, GrpcStatus } from "../../grpc/index.js";
import { unknownIsolate } from "../unknown-isolate.js";
import type { KernelOperations } from "./operations.js";

/** @throws GrpcError NOT_FOUND, with the closest name, for one that the kernel does not have */
export function checkName({ manifest }: KernelOperations, name: string): void {
  if (manifest.isolates.has(name)) return;
  const unknown = unknownIsolate(manifest.name, name, manifest.isolates.keys());
  const { message } = unknown;
  const error = toRemoteError(unknown, { maxLength: 2_048 });
  throw new GrpcError(GrpcStatus.NOT_FOUND, message, {
    details: encodeStatusDetails(GrpcStatus.NOT_FOUND, message, error),
  });
}

/** The names of a request; undefined where it names none, and so wants all. @throws GrpcError as `checkName` */
export function checkNames(kernel: KernelOperations, names: readonly string[]): ReadonlySet<string> | undefined {
  for (const name of names) checkName(kernel, name);
  return names.length === 0 ? undefined : new Set(names);
}
