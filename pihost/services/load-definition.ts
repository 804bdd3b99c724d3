import { IsolationError } from "../../src/errors/index.js";
import type { LoadedModule } from "../modules/index.js";
import type { ServiceMethod, ServiceSet } from "./service-method.js";

/** A method as generated code for grpc-js has it: that of ts-proto, of grpc-tools, and what `@grpc/proto-loader` makes. */
interface GeneratedMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  requestDeserialize(bytes: Buffer): unknown;
  responseSerialize(message: unknown): Uint8Array;
  readonly requestType?: { readonly fileDescriptorProtos?: readonly Uint8Array[] };
}

/**
 * The services that a module of generated code exports: objects whose members are methods with their codecs.
 *
 * @throws IsolationError INVALID_OPTION when it exports none
 */
export async function loadDefinition(module: LoadedModule): Promise<ServiceSet> {
  const found: GeneratedMethod[] = [];
  for (const { name, kind } of module.describe()) {
    if (kind === "value") found.push(...methodsIn(await module.method(name)()));
  }
  if (found.length === 0) {
    const looked =
      "an object whose members have path, requestStream, responseStream, requestDeserialize, responseSerialize";
    throw new IsolationError("INVALID_OPTION", `definition ${module.label} exports no service: ${looked}`);
  }
  const byPath = new Map(found.map((method) => [method.path, method]));
  return {
    methods: [...byPath.values()].map(toMethod),
    files: found.find(hasFiles)?.requestType?.fileDescriptorProtos ?? [],
  };
}

function methodsIn(value: unknown): GeneratedMethod[] {
  if (typeof value !== "object" || value === null) return [];
  const members = Object.values(value);
  return members.length > 0 && members.every(isMethod) ? members : [];
}

function isMethod(value: unknown): value is GeneratedMethod {
  if (typeof value !== "object" || value === null) return false;
  const { path, requestDeserialize, responseSerialize } = value as Partial<GeneratedMethod>;
  const hasPath = typeof path === "string" && /^\/[^/]+\/[^/]+$/.test(path);
  return hasPath && typeof requestDeserialize === "function" && typeof responseSerialize === "function";
}

function hasFiles({ requestType }: GeneratedMethod): boolean {
  return requestType?.fileDescriptorProtos !== undefined;
}

function toMethod(method: GeneratedMethod): ServiceMethod {
  const [, service = "", name = ""] = method.path.split("/");
  return {
    service,
    name,
    path: method.path,
    requestStream: method.requestStream,
    responseStream: method.responseStream,
    // Generated code does not say.
    idempotency: 0,
    decode: (bytes) => method.requestDeserialize(bytes),
    encode: (message) => method.responseSerialize(message),
  };
}
