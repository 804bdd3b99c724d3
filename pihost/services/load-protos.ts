import { fromJSON, type MethodDefinition, type Options } from "@grpc/proto-loader";
import { fileDescriptors } from "./file-descriptors.js";
import { parseProtos } from "./parse-protos.js";
import { ProtoSources } from "./proto-source.js";
import type { Idempotency, ServiceMethod, ServiceSet } from "./service-method.js";

/** How messages look to a module, unless it is asked otherwise: fields in camel case, and these. */
const DEFAULTS: Options = { longs: String, enums: String, defaults: true, oneofs: true };

/** What of the options of `@grpc/proto-loader` can be asked for; `longs` and the like by the name of the type. */
export type LoaderOptions = Readonly<Record<string, unknown>>;

const IDEMPOTENCY: Readonly<Record<string, Idempotency>> = { NO_SIDE_EFFECTS: 1, IDEMPOTENT: 2 };

/**
 * The services of .proto files, with the messages that `@grpc/proto-loader` makes of them.
 *
 * @param paths absolute
 * @throws IsolationError INVALID_OPTION that names file and line
 */
export function loadProtos(
  paths: readonly string[],
  includeDirs: readonly string[],
  options: LoaderOptions = {},
): ServiceSet {
  const sources = new ProtoSources(includeDirs);
  const { root } = parseProtos(paths, sources, options.keepCase === true);
  const loaded = fromJSON(root.toJSON(), { ...DEFAULTS, ...withTypes(options) });
  const described = parseProtos(paths, sources, true);
  const asked = new Set(described.files.filter(({ name }) => described.asked.has(name)).map(({ path }) => path));
  const methods = Object.entries(loaded).flatMap(([service, definition]) => {
    const isAsked = asked.has(described.root.lookup(service)?.filename ?? undefined);
    if ("format" in definition || !isAsked) return [];
    return Object.entries(definition).map(([name, method]) => toMethod(service, name, method));
  });
  return { methods, files: fileDescriptors(described) };
}

function toMethod(service: string, name: string, method: MethodDefinition<object, object>): ServiceMethod {
  const { path, requestStream, responseStream } = method;
  return {
    service,
    name,
    path,
    requestStream,
    responseStream,
    idempotency: IDEMPOTENCY[String(method.options.idempotency_level)] ?? 0,
    decode: method.requestDeserialize,
    encode: (message) => method.responseSerialize(message as object),
  };
}

const TYPES: Readonly<Record<string, unknown>> = { String, Number, Array };

/** Types come by their names: functions do not cross. */
function withTypes(options: LoaderOptions): Options {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, TYPES[String(value)] ?? value]),
  ) as Options;
}
