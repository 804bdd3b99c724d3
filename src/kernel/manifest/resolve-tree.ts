import type { TreeGroup, TreeNode } from "../tree/index.js";
import { isNamed } from "./collect-isolates.js";
import type { GroupDefinition, KernelManifest, Supervision } from "./manifest.js";
import type { ResolvedIsolate } from "./resolved.js";
import { startOrder } from "./start-order.js";

const ROOT_DEFAULTS = { strategy: "one-for-one", maxRestarts: 5, withinMs: 10_000 } as const;

/** The supervision tree: at the root what is in no group. The children of a group are in the order in which they start. */
export function resolveTree(
  manifest: KernelManifest,
  name: string,
  isolates: ReadonlyMap<string, ResolvedIsolate>,
  groupOf: ReadonlyMap<string, string>,
): TreeGroup {
  const group = (groupName: string, supervision: Supervision | undefined, children: readonly TreeNode[]): TreeGroup => {
    const { strategy, maxRestarts, withinMs } = { ...ROOT_DEFAULTS, ...supervision };
    const ordered = Object.freeze(inStartOrder(children, isolates));
    return Object.freeze({ kind: "group", name: groupName, strategy, maxRestarts, withinMs, children: ordered });
  };
  const leaves = (names: readonly string[]) =>
    names.flatMap((one) => {
      const isolate = isolates.get(one);
      return isolate === undefined ? [] : [leafOf(isolate)];
    });
  const nested = (groups: Readonly<Record<string, GroupDefinition>> | undefined): TreeGroup[] =>
    Object.entries(groups ?? {}).map(([one, { supervision, isolates: own = {}, groups: inner }]) =>
      group(one, supervision, [...leaves(isNamed(own) ? own : Object.keys(own)), ...nested(inner)]),
    );
  const atRoot = [...isolates.keys()].filter((one) => !groupOf.has(one));
  return group(name, manifest.supervision, [...leaves(atRoot), ...nested(manifest.groups)]);
}

function leafOf({ name, restart, essential }: ResolvedIsolate): TreeNode {
  return Object.freeze({ kind: "isolate", name, restart, essential });
}

/**
 * A child comes after those that it depends on by any isolate within. Groups whose isolates depend on each other both ways
 * have no such order; they are ordered by their first isolate.
 */
function inStartOrder(children: readonly TreeNode[], isolates: ReadonlyMap<string, ResolvedIsolate>): TreeNode[] {
  const position = new Map([...isolates.keys()].map((name, index) => [name, index]));
  const within = new Map(children.map((child) => [child, namesIn(child)]));
  const first = (child: TreeNode) => Math.min(...(within.get(child) ?? []).map((name) => position.get(name) ?? 0));
  const byFirst = children.toSorted((left, right) => first(left) - first(right));
  const indexes = new Map(byFirst.map((child, index) => [child, String(index)]));
  const owner = new Map([...within].flatMap(([child, names]) => names.map((name) => [name, child] as const)));
  const dependencies = new Map(
    byFirst.map((child, index) => {
      const needed = (within.get(child) ?? []).flatMap((name) => isolates.get(name)?.dependencies ?? []);
      const owners = new Set(
        needed.map((name) => owner.get(name)).filter((other) => other !== undefined && other !== child),
      );
      return [String(index), [...owners].map((other) => indexes.get(other as TreeNode) ?? "")];
    }),
  );
  const order = startOrder(dependencies);
  if (order.kind === "cycles") return byFirst;
  return order.layers.flat().flatMap((index) => byFirst[Number(index)] ?? []);
}

function namesIn(node: TreeNode): readonly string[] {
  return node.kind === "isolate" ? [node.name] : node.children.flatMap(namesIn);
}
