import { IsolationError } from "../../errors/index.js";
import { type Generation, requestServe } from "../../supervision/index.js";
import type { ResolvedIsolate, ResolvedServices } from "../manifest/index.js";
import { checkServed, type ServedServices } from "./served-services.js";

/**
 * Has a process serve the gRPC services that its module implements.
 *
 * @param module that is loaded there
 * @throws IsolationError what is wrong with the services, or with what the module implements of them
 */
export async function serveServices(
  live: Generation,
  definition: ResolvedIsolate,
  grpc: ResolvedServices,
  module: string,
): Promise<ServedServices> {
  if (!live.capabilities.features.has("services")) {
    const message = `the runtime of ${definition.name} cannot serve gRPC services of a user's own; take "grpc" out, or let a module for Node.js implement them`;
    throw new IsolationError("INVALID_OPTION", message, { facts: { isolate: definition.name } });
  }
  const { protos, includeDirs, definition: generated, services } = grpc;
  const request = { module, protos, includeDirs, definition: generated, services };
  return checkServed(definition, await requestServe(live.session, request));
}
