import type { MethodDefinition, Server, ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";

/** The one method by which the packages of the standard services register themselves. */
export interface ServiceRegistry {
  addService(definition: ServiceDefinition, implementation: UntypedServiceImplementation): void;
}

/** What is known of a method before its code is loaded. */
export interface LazyMethod {
  /** `/grpc.health.v1.Health/Check` */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

interface LoadedMethod {
  readonly definition: MethodDefinition<unknown, unknown>;
  readonly handle: (...args: unknown[]) => unknown;
}

/**
 * Registers services whose code is loaded by the first request to one of them: most processes never see one, and every
 * millisecond of a start counts.
 *
 * @param register lets the services register themselves
 */
export function addLazyServices(
  server: Server,
  methods: readonly LazyMethod[],
  register: (registry: ServiceRegistry) => void,
): void {
  let loaded: Map<string, LoadedMethod> | undefined;
  const load = (path: string): LoadedMethod => {
    loaded ??= collect(register);
    const method = loaded.get(path);
    if (method === undefined) throw new Error(`no service registered ${path}`);
    return method;
  };
  const definition: Record<string, MethodDefinition<unknown, unknown>> = {};
  const implementation: Record<string, (...args: unknown[]) => unknown> = {};
  for (const method of methods) {
    const { path } = method;
    definition[path] = {
      ...method,
      requestSerialize: (value) => load(path).definition.requestSerialize(value),
      requestDeserialize: (bytes) => load(path).definition.requestDeserialize(bytes),
      responseSerialize: (value) => load(path).definition.responseSerialize(value),
      responseDeserialize: (bytes) => load(path).definition.responseDeserialize(bytes),
    };
    implementation[path] = (...args) => load(path).handle(...args);
  }
  server.addService(definition, implementation as UntypedServiceImplementation);
}

function collect(register: (registry: ServiceRegistry) => void): Map<string, LoadedMethod> {
  const methods = new Map<string, LoadedMethod>();
  register({
    addService(definition, implementation) {
      for (const [name, method] of Object.entries(definition)) {
        const handle = implementation[name] ?? implementation[name.charAt(0).toLowerCase() + name.slice(1)];
        methods.set(method.path, { definition: method, handle: handle as LoadedMethod["handle"] });
      }
    },
  });
  return methods;
}
