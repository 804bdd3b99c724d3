import { unknownName } from "./collect-isolates.js";
import type { IsolateDefinition, UseDefinition } from "./manifest.js";
import type { Problems } from "./problems.js";
import type { Grant } from "./resolved.js";
import type { Path } from "./source.js";

/** Who is there to be used. */
export interface Targets {
  readonly isolates: ReadonlySet<string>;
  /** The isolates that serve each gRPC service. */
  readonly services: ReadonlyMap<string, readonly string[]>;
}

const HOST = /^host(?:\.[A-Za-z_$][\w$]*)*$/;

const EVERYTHING: Grant = Object.freeze({ exports: "*", lazy: false, handOn: false });

/** What an isolate may call, by target; a target that there is not is a problem. */
export function resolveUses(
  name: string,
  uses: IsolateDefinition["uses"],
  at: Path,
  targets: Targets,
  problems: Problems,
): ReadonlyMap<string, Grant> {
  const grants = new Map<string, Grant>();
  const isList = Array.isArray(uses);
  const written = isList
    ? (uses as readonly string[]).map((target) => [target, "*"] as const)
    : Object.entries(uses ?? {});
  for (const [index, [target, use]] of written.entries()) {
    const path = [...at, isList ? index : target];
    if (isTarget(name, target, path, targets, problems)) grants.set(target, resolveGrant(use));
  }
  return grants;
}

/** The isolates that must be ready before one that has these grants. */
export function dependenciesOf(name: string, uses: ReadonlyMap<string, Grant>, targets: Targets): readonly string[] {
  const found = new Set<string>();
  for (const [target, { lazy }] of uses) {
    if (lazy) continue;
    const providers = targets.isolates.has(target) ? [target] : (targets.services.get(target) ?? []);
    for (const provider of providers) if (provider !== name) found.add(provider);
  }
  return Object.freeze([...found]);
}

function isTarget(
  name: string,
  target: string,
  at: Path,
  { isolates, services }: Targets,
  problems: Problems,
): boolean {
  if (target === name) {
    problems.add(at, "must be another isolate: what a module has of its own it need not be granted", "key");
    return false;
  }
  if (isolates.has(target) || HOST.test(target) || services.has(target)) return true;
  const known = [...[...isolates].filter((one) => one !== name), "host", ...services.keys()];
  problems.add(at, `must be an isolate, host or a gRPC service; ${unknownName(target, known)}`, "key");
  return false;
}

function resolveGrant(use: UseDefinition): Grant {
  if (use === "*") return EVERYTHING;
  if (Array.isArray(use)) return Object.freeze({ ...EVERYTHING, exports: use as readonly string[] });
  const { exports = "*", lazy = false, handOn = false } = use as Exclude<UseDefinition, string | readonly string[]>;
  return Object.freeze({ exports, lazy, handOn });
}
