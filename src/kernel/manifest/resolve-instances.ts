import { availableParallelism } from "node:os";
import type { InstancesOptions, IsolateDefinition } from "./manifest.js";
import type { Problems } from "./problems.js";
import type { ResolvedInstances } from "./resolved.js";
import type { Path } from "./source.js";

/** What decides for several processes what an option of the isolate decides for one. */
const INSTEAD = { maxInFlight: "instances.concurrency", standby: "instances.spares" } as const;

/** The processes of an isolate; undefined for one. */
export function resolveInstances(
  definition: IsolateDefinition,
  at: Path,
  hasServices: boolean,
  problems: Problems,
): ResolvedInstances | undefined {
  const { instances } = definition;
  if (instances === undefined) return undefined;
  for (const [option, instead] of Object.entries(INSTEAD)) {
    if (definition[option as keyof typeof INSTEAD] === undefined) continue;
    problems.add([...at, option], `cannot be set beside instances: give ${instead}`, "key");
  }
  if (typeof instances === "number") return Object.freeze({ min: instances, max: instances });
  checkCounts(instances, [...at, "instances"], hasServices, problems);
  return Object.freeze({ ...instances });
}

function checkCounts(instances: InstancesOptions, at: Path, hasServices: boolean, problems: Problems): void {
  const { min = 1, max = Math.max(min, availableParallelism()) } = instances;
  if (min > max) problems.add([...at, "min"], `must be at most max, which is ${max}; received ${min}`);
  if (min === 0 && hasServices) {
    problems.add([...at, "min"], "must be at least 1 where the module implements gRPC services; received 0");
  }
}
