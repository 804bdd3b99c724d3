import fc from "fast-check";
import { expect, test } from "vitest";
import { groupOf, type TreeGroup, type TreeNode } from "../../../src/kernel/tree/index.js";
import { tree } from "./arbitrary-tree.js";

/** Every isolate with the group that it is a child of. */
function membersOf(group: TreeGroup): { name: string; group: TreeGroup }[] {
  return group.children.flatMap((child: TreeNode) =>
    child.kind === "group" ? membersOf(child) : [{ name: child.name, group }],
  );
}

test("an isolate is in the innermost group that has it, and a name that the tree does not have is in none", () => {
  fc.assert(
    fc.property(tree, (root) => {
      for (const { name, group } of membersOf(root)) expect(groupOf(root, name)).toBe(group);
      expect(groupOf(root, "nobody has this name")).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
