import type { IsolateDefinition } from "./manifest.js";
import type { Problems } from "./problems.js";
import { servicesIn } from "./proto-services.js";
import type { ResolvedServices } from "./resolved.js";
import type { Path } from "./source.js";

/** The gRPC services of one isolate. Paths are absolute already. */
export function resolveServices(
  grpc: IsolateDefinition["grpc"],
  at: Path,
  problems: Problems,
): ResolvedServices | undefined {
  if (grpc === undefined) return undefined;
  const { proto, includeDirs = [], definition, services } = grpc;
  const protos = Object.freeze(proto === undefined ? [] : typeof proto === "string" ? [proto] : [...proto]);
  if ((protos.length === 0) === (definition === undefined)) {
    problems.add(at, 'must have either "proto" or "definition"', "key");
  } else if (definition !== undefined && services === undefined) {
    problems.add(at, 'must have "services", the full names of those that the definition is taken for', "key");
  }
  const named = services ?? servicesOf(protos, at, problems);
  const twice = named.find((name, index) => named.indexOf(name) < index);
  if (twice !== undefined)
    problems.add([...at, "services"], `must have every name once; ${JSON.stringify(twice)} is there twice`);
  return Object.freeze({
    protos,
    includeDirs,
    definition: definition === undefined ? undefined : String(definition),
    services: Object.freeze([...named]),
  });
}

function servicesOf(protos: readonly string[], at: Path, problems: Problems): readonly string[] {
  if (protos.length === 0) return [];
  const found = protos.flatMap((proto) => {
    const services = servicesIn(proto);
    if (services === undefined) problems.mustBe([...at, "proto"], "files that can be read", proto);
    return services ?? [];
  });
  if (found.length === 0)
    problems.add([...at, "proto"], `must have a service, or "services" must name some; received ${protos.join(", ")}`);
  return found;
}
