import { basename } from "node:path";
import { collectIsolates, type WrittenIsolate } from "./collect-isolates.js";
import { aName } from "./field.js";
import { isolateOptions } from "./isolate-options.js";
import type { KernelManifest } from "./manifest.js";
import type { Problems } from "./problems.js";
import { resolveInstances } from "./resolve-instances.js";
import { resolveListen } from "./resolve-listen.js";
import { resolveServices } from "./resolve-services.js";
import { resolveSocket } from "./resolve-socket.js";
import { resolveTree } from "./resolve-tree.js";
import { dependenciesOf, resolveUses, type Targets } from "./resolve-uses.js";
import type { ResolvedIsolate, ResolvedManifest, ResolvedServices } from "./resolved.js";
import type { ManifestSource } from "./source.js";
import { startOrder } from "./start-order.js";
import { whereIn } from "./where.js";

/** A manifest whose values are of the right kinds, complete: its graph, its tree, its options. */
export function resolveManifest(
  manifest: KernelManifest,
  source: ManifestSource,
  problems: Problems,
): ResolvedManifest {
  const { folder, file } = source;
  const { isolates: written, groupOf } = collectIsolates(manifest, problems);
  const served = new Map<string, ResolvedServices>();
  for (const { name, definition, path } of written.values()) {
    const services = resolveServices(definition.grpc, [...path, "grpc"], problems);
    if (services !== undefined) served.set(name, services);
  }
  const targets = { isolates: new Set(written.keys()), services: providersOf(served) };
  const resolved = new Map<string, ResolvedIsolate>();
  for (const isolate of written.values()) {
    resolved.set(isolate.name, resolveIsolate(isolate, served.get(isolate.name), targets, source, problems));
  }
  const layers = orderOf(resolved, written, problems);
  const isolates = inOrder(resolved, layers.flat());
  const name = manifest.name ?? defaultName(source);
  return Object.freeze({
    name,
    folder,
    file,
    isolates,
    layers,
    tree: resolveTree(manifest, name, isolates, groupOf),
    onExhausted: manifest.supervision?.onExhausted ?? "stop",
    socket: resolveSocket(manifest.socket, problems),
    listen: resolveListen(manifest.listen, problems),
    auth: manifest.auth ?? "token",
  });
}

function resolveIsolate(
  { name, definition, path }: WrittenIsolate,
  grpc: ResolvedServices | undefined,
  targets: Targets,
  source: ManifestSource,
  problems: Problems,
): ResolvedIsolate {
  const uses = resolveUses(name, definition.uses, [...path, "uses"], targets, problems);
  return Object.freeze({
    name,
    module: String(definition.module),
    options: isolateOptions(name, definition, path, { folder: source.folder, problems }),
    uses,
    dependencies: dependenciesOf(name, uses, targets),
    grpc,
    instances: resolveInstances(definition, path, grpc !== undefined, problems),
    restart: definition.restart ?? "permanent",
    essential: definition.essential ?? true,
    data: Object.freeze({ ...definition.data }),
    where: (field?: string) => whereIn(source, path, field),
  });
}

function providersOf(served: ReadonlyMap<string, ResolvedServices>): Map<string, readonly string[]> {
  const providers = new Map<string, readonly string[]>();
  for (const [name, { services }] of served) {
    for (const service of services) providers.set(service, [...(providers.get(service) ?? []), name]);
  }
  return providers;
}

/** The layers of the start; a cycle is a problem of the first isolate in it. */
function orderOf(
  isolates: ReadonlyMap<string, ResolvedIsolate>,
  written: ReadonlyMap<string, WrittenIsolate>,
  problems: Problems,
): readonly (readonly string[])[] {
  const order = startOrder(new Map([...isolates].map(([name, { dependencies }]) => [name, dependencies])));
  if (order.kind === "layers") return Object.freeze(order.layers.map((layer) => Object.freeze(layer)));
  for (const first of new Set(order.paths.map(([name = ""]) => name))) {
    const path = written.get(first)?.path ?? [];
    const cycles = order.paths.filter(([name]) => name === first);
    const received = cycles.map((cycle) => cycle.join(" -> ")).join(" and ");
    problems.add(
      [...path, "uses"],
      `must make no cycle; received ${received}. Let one of each be "lazy: true": it does not wait for the other`,
      "key",
    );
  }
  return [[...isolates.keys()]];
}

function inOrder<T>(map: ReadonlyMap<string, T>, names: readonly string[]): Map<string, T> {
  return new Map(names.map((name) => [name, map.get(name) as T]));
}

/** The folder's name with what a name may not have left out. */
function defaultName({ file, folder }: ManifestSource): string {
  const name = basename(folder)
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 64);
  return file !== undefined && aName.pattern?.test(name) ? name : "kernel";
}
