import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { closestName, IsolationError } from "../../src/errors/index.js";
import type { LoaderOptions } from "./load-protos.js";
import type { ServiceMethod } from "./service-method.js";

/** What the host asks for with `serve`. */
export interface ServeRequest {
  /** The module that implements the services, as calls name it. */
  readonly module: string;
  /** .proto files: paths or file URLs, relative ones to where modules are found. */
  readonly protos: readonly string[];
  /** Where imports are found, beside the folders of `protos`. */
  readonly includeDirs: readonly string[];
  /** A module of generated definitions, in the place of `protos` or beside them, which then only describe. */
  readonly definition: string | undefined;
  /** Full names; empty for every service of the files, or of the definition. */
  readonly services: readonly string[];
  /** For `@grpc/proto-loader`. */
  readonly options: LoaderOptions;
  /** Bytes of a message; undefined for the default. */
  readonly maxMessageBytes: number | undefined;
}

/** @throws IsolationError INVALID_OPTION */
export function readServeRequest(given: unknown, folder: string): ServeRequest {
  if (typeof given !== "object" || given === null) throw wrong("the request", "an object", given);
  const { module, definition, options = {}, maxMessageBytes, ...lists } = given as Record<string, unknown>;
  if (typeof module !== "string") throw wrong("module", "a string", module);
  if (definition !== undefined && typeof definition !== "string") throw wrong("definition", "a string", definition);
  if (typeof options !== "object" || options === null) throw wrong("options", "an object", options);
  if (maxMessageBytes !== undefined && !isByteCount(maxMessageBytes))
    throw wrong("maxMessageBytes", "a whole number from 1", maxMessageBytes);
  const protos = texts("protos", lists.protos).map((path) => toPath(path, folder));
  if (protos.length === 0 && definition === undefined) {
    throw new IsolationError("INVALID_OPTION", "serve: needs protos or a definition; got neither");
  }
  return {
    module,
    protos,
    includeDirs: texts("includeDirs", lists.includeDirs).map((path) => toPath(path, folder)),
    definition,
    services: texts("services", lists.services),
    options: options as LoaderOptions,
    maxMessageBytes,
  };
}

/** The methods of the wanted services. @throws IsolationError INVALID_OPTION for a service that there is not */
export function methodsOf(wanted: readonly string[], methods: readonly ServiceMethod[]): readonly ServiceMethod[] {
  const known = [...new Set(methods.map(({ service }) => service))];
  const unknown = wanted.filter((service) => !known.includes(service));
  if (unknown.length > 0) {
    const closest = closestName(unknown[0] ?? "", known);
    const suggestion = closest === undefined ? "" : `; did you mean ${closest}?`;
    const has = known.length === 0 ? "there is none" : `there are ${known.join(", ")}`;
    throw new IsolationError("INVALID_OPTION", `services: ${unknown.join(", ")} is not declared${suggestion}; ${has}`);
  }
  if (known.length === 0) throw new IsolationError("INVALID_OPTION", "protos: no service is declared in these files");
  return wanted.length === 0 ? methods : methods.filter(({ service }) => wanted.includes(service));
}

function texts(name: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  throw wrong(name, "an array of strings", value);
}

function toPath(text: string, folder: string): string {
  const path = /^file:/i.test(text) ? fileURLToPath(text) : text;
  return isAbsolute(path) ? path : resolve(folder, path);
}

function isByteCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function wrong(name: string, bound: string, value: unknown): IsolationError {
  const came = value === null ? "null" : typeof value;
  return new IsolationError("INVALID_OPTION", `serve: ${name} must be ${bound}; got ${came}`);
}
