import { IsolationError } from "../../errors/index.js";
import type { ResolvedIsolate } from "../manifest/index.js";
import type { Idempotency, MethodFacts } from "../routing/index.js";

/** What an isolate's process serves on its socket, as it says. */
export interface ServedServices {
  /** Serialized FileDescriptorProtos. */
  readonly files: readonly Uint8Array[];
  readonly methods: readonly MethodFacts[];
}

/** A process may describe so much, in methods and in bytes of descriptors. */
const MAX_METHODS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * What a process has answered to `serve`, which is not trusted: it serves what the manifest says and nothing else.
 *
 * @throws IsolationError PROTOCOL
 */
export function checkServed({ name, grpc }: ResolvedIsolate, answer: unknown): ServedServices {
  const { files, methods } = (answer ?? {}) as { files?: unknown; methods?: unknown };
  if (!Array.isArray(files) || !files.every((file) => file instanceof Uint8Array)) throw wrong(name, "files");
  if (!Array.isArray(methods) || methods.length > MAX_METHODS) throw wrong(name, "methods");
  if (files.reduce((sum: number, { length }: Uint8Array) => sum + length, 0) > MAX_BYTES) throw wrong(name, "files");
  const services = new Set(grpc?.services);
  return { files, methods: methods.map((method) => checkMethod(name, services, method)) };
}

function checkMethod(isolate: string, services: ReadonlySet<string>, method: unknown): MethodFacts {
  const { path, requestStream, responseStream, idempotency } = (method ?? {}) as Partial<MethodFacts>;
  const service = typeof path === "string" ? /^\/([^/]+)\/[^/]+$/.exec(path)?.[1] : undefined;
  if (path === undefined || service === undefined || !services.has(service)) throw wrong(isolate, "path");
  if (typeof requestStream !== "boolean" || typeof responseStream !== "boolean") throw wrong(isolate, "kind");
  const level: Idempotency = idempotency === 1 || idempotency === 2 ? idempotency : 0;
  return { path, requestStream, responseStream, idempotency: level };
}

function wrong(isolate: string, what: string): IsolationError {
  const message = `the process of ${isolate} describes its gRPC services wrongly: ${what}`;
  return new IsolationError("PROTOCOL", message, { facts: { isolate } });
}
