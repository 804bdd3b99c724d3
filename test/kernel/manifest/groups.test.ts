import { expect, test } from "vitest";
import { readManifest } from "../../../src/kernel/manifest/index.js";
import type { TreeNode } from "../../../src/kernel/tree/index.js";
import { problemsOfObject } from "../use-manifest.js";

const A = { module: "./a.js" };

/** The tree as names alone. */
function shape(node: TreeNode): unknown {
  return node.kind === "isolate" ? node.name : [node.name, ...node.children.map(shape)];
}

test("groups hold isolates that they define or name, and groups; the rest is at the root", async () => {
  const { tree } = await readManifest({
    name: "shop",
    isolates: { a: A, b: { ...A, restart: "transient", essential: false } },
    supervision: { strategy: "rest-for-one" },
    groups: {
      outer: {
        supervision: { strategy: "one-for-all", maxRestarts: 1, withinMs: 50 },
        isolates: { c: A },
        groups: { inner: { isolates: ["b"] } },
      },
    },
  });
  expect(shape(tree)).toEqual(["shop", "a", ["outer", ["inner", "b"], "c"]]);
  expect(tree).toMatchObject({ strategy: "rest-for-one", maxRestarts: 5, withinMs: 10_000 });
  const [, outer] = tree.children;
  expect(outer).toMatchObject({ strategy: "one-for-all", maxRestarts: 1, withinMs: 50 });
  expect(outer).toMatchObject({
    children: [{ strategy: "one-for-one", maxRestarts: 5, children: [{ restart: "transient", essential: false }] }, {}],
  });
});

test("the children of a group are in the order in which they start, a group after all that it depends on", async () => {
  const { tree } = await readManifest({
    isolates: { last: { ...A, uses: ["inside"] }, store: { ...A, uses: ["base"] }, base: A },
    groups: { group: { isolates: { free: A, inside: { ...A, uses: ["store"] } } } },
  });
  expect(shape(tree)).toEqual(["kernel", "base", "store", ["group", "free", "inside"], "last"]);
});

test("groups that depend on each other both ways are in the order of their first isolates", async () => {
  const { tree } = await readManifest({
    groups: {
      one: { isolates: { x: { ...A, uses: ["y"] }, base: A } },
      two: { isolates: { y: { ...A, uses: ["base"] } } },
    },
  });
  expect(shape(tree)).toEqual(["kernel", ["one", "base", "x"], ["two", "y"]]);
});

test.each<[string, object, string]>([
  ["a group without children", { g: {} }, "groups.g must have at least one isolate or group"],
  [
    "an isolate that is not there",
    { g: { isolates: ["b"] } },
    'groups.g.isolates[0] names no isolate at the top: received "b"; there are a',
  ],
  [
    "an isolate in two groups",
    { g: { isolates: ["a"] }, h: { isolates: ["a"] } },
    'groups.h.isolates[0] names "a", which is in groups.g already',
  ],
  [
    "an isolate that is defined twice",
    { g: { isolates: { a: A } } },
    "groups.g.isolates.a is defined twice: also as isolates.a",
  ],
  [
    "two groups of one name",
    { g: { isolates: ["a"], groups: { h: { isolates: { b: A }, groups: { g: { isolates: { c: A } } } } } } },
    "groups.g.groups.h.groups.g has the name of groups.g: every group has its own",
  ],
  [
    "an unknown strategy",
    { g: { isolates: ["a"], supervision: { strategy: "one-for-two" } } },
    'must be "one-for-one", "one-for-all" or',
  ],
])("%s is refused", async (_, groups, message) => {
  expect(await problemsOfObject({ isolates: { a: A }, groups })).toEqual([expect.stringContaining(message)]);
});
