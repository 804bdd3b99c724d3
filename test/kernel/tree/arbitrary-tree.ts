import fc from "fast-check";
import type { TreeGroup, TreeIsolate, TreeNode } from "../../../src/kernel/tree/index.js";

/** What happens to one isolate of a tree. */
export interface TreeEvent {
  readonly kind: "death" | "failure" | "stopped by hand" | "started by hand";
  /** Any number: the isolate is this one, counted around. */
  readonly isolate: number;
  /** Milliseconds since the event before. */
  readonly after: number;
}

type Shape =
  | { readonly leaf: true; readonly restart: TreeIsolate["restart"]; readonly essential: boolean }
  | { readonly leaf: false; readonly group: Omit<TreeGroup, "kind" | "name" | "children">; readonly children: Shape[] };

const group = fc.record({
  strategy: fc.constantFrom("one-for-one" as const, "one-for-all" as const, "rest-for-one" as const),
  maxRestarts: fc.nat({ max: 3 }),
  withinMs: fc.integer({ min: 1, max: 40 }),
});

const leaf = fc.record({
  leaf: fc.constant(true as const),
  restart: fc.constantFrom("permanent" as const, "permanent" as const, "transient" as const, "temporary" as const),
  essential: fc.boolean(),
});

const { inner } = fc.letrec<{ inner: Shape; shape: Shape }>((tie) => ({
  inner: fc.record({
    leaf: fc.constant(false as const),
    group,
    children: fc.array(tie("shape"), { minLength: 1, maxLength: 4 }),
  }),
  shape: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("inner")),
}));

/** A tree of one to some dozen isolates, `i1`, `i2` … in the order of start, in groups `g1`, `g2` …. */
export const tree: fc.Arbitrary<TreeGroup> = inner.map((shape) => named(shape) as TreeGroup);

export const events: fc.Arbitrary<readonly TreeEvent[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("failure", "failure", "failure", "failure", "death", "stopped by hand", "started by hand"),
    isolate: fc.nat({ max: 30 }),
    after: fc.nat({ max: 15 }),
  }),
  { maxLength: 25 },
);

function named(root: Shape): TreeNode {
  const counts = { isolates: 0, groups: 0 };
  const name = (shape: Shape): TreeNode => {
    if (shape.leaf) {
      counts.isolates += 1;
      return { kind: "isolate", name: `i${counts.isolates}`, restart: shape.restart, essential: shape.essential };
    }
    counts.groups += 1;
    return { kind: "group", name: `g${counts.groups}`, ...shape.group, children: shape.children.map(name) };
  };
  return name(root);
}
