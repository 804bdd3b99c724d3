import { dirname } from "node:path";
import type { GrpcMethod } from "../../src/grpc/index.js";
import type { LoadedModule } from "../modules/index.js";
import type { Pihost } from "../pihost.js";
import { bindMethods } from "./bind-methods.js";
import { loadDefinition } from "./load-definition.js";
import { loadProtos } from "./load-protos.js";
import { MethodRunner } from "./run-method.js";
import { methodsOf, readServeRequest, type ServeRequest } from "./serve-request.js";
import type { Idempotency, ServiceMethod, ServiceSet } from "./service-method.js";
import { createServiceServer, type ServiceServer } from "./service-server.js";

export type { ServiceServer } from "./service-server.js";

/** The answer to `serve`. */
export interface ServedServices {
  /** Serialized `FileDescriptorProto`s, dependencies first; empty where only generated code is there, which has none. */
  readonly files: readonly Uint8Array[];
  readonly methods: readonly {
    readonly path: string;
    readonly requestStream: boolean;
    readonly responseStream: boolean;
    readonly idempotency: Idempotency;
  }[];
}

/** How the process loads a module, `start()` included. */
export type LoadModule = (name: string) => Promise<LoadedModule>;

/**
 * Makes a server for services that a module implements.
 *
 * @param folder where relative paths are resolved
 * @throws IsolationError INVALID_OPTION, METHOD_NOT_FOUND, or what loading a module throws
 */
export async function createServices(
  pihost: Pihost,
  given: unknown,
  folder: string,
  load: LoadModule,
): Promise<{ server: ServiceServer; served: ServedServices }> {
  const request = readServeRequest(given, folder);
  const { methods: declared, files } = await loadServices(request, load);
  const methods = methodsOf(request.services, declared);
  const functions = bindMethods(await load(request.module), methods);
  const runner = new MethodRunner(pihost);
  const byPath = new Map<string, GrpcMethod>();
  for (const method of methods) {
    const callee = functions.get(method.path);
    if (callee !== undefined) byPath.set(method.path, runner.toGrpcMethod(method, callee));
  }
  const names = [...new Set(methods.map(({ service }) => service))];
  const { maxMessageBytes } = request;
  const limits = maxMessageBytes === undefined ? {} : { maxMessageBytes };
  return {
    server: createServiceServer(pihost, byPath, { names, files }, limits),
    served: { files, methods: methods.map(toFacts) },
  };
}

/** Generated code brings the codecs, files the descriptors; where there is no generated code, both. */
async function loadServices(request: ServeRequest, load: LoadModule): Promise<ServiceSet> {
  const { protos, includeDirs, definition, options } = request;
  const folders = [...new Set([...includeDirs, ...protos.map((path) => dirname(path))])];
  const described = protos.length === 0 ? undefined : loadProtos(protos, folders, options);
  if (definition === undefined) return described ?? { methods: [], files: [] };
  const generated = await loadDefinition(await load(definition));
  if (described === undefined) return generated;
  const facts = new Map(described.methods.map((method) => [method.path, method]));
  const methods = generated.methods.map((method) => ({
    ...method,
    idempotency: facts.get(method.path)?.idempotency ?? 0,
  }));
  return { methods, files: described.files };
}

function toFacts({
  path,
  requestStream,
  responseStream,
  idempotency,
}: ServiceMethod): ServedServices["methods"][number] {
  return { path, requestStream, responseStream, idempotency };
}
