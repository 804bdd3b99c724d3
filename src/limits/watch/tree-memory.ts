import { forThisSystem } from "../../platform/for-this-system.js";
import { linuxTreeMemory } from "./tree-memory.linux.js";
import { macosTreeMemory } from "./tree-memory.macos.js";

/** Measures the memory of process trees. */
export interface TreeMemory {
  /**
   * Bytes that the tree of `root` takes; undefined once it is gone, and where it cannot be known.
   *
   * @param bound what it will be compared with: above it the answer is exact, below it may be too high
   */
  measure(root: number, bound: number): Promise<number | undefined>;
  /** The shortest time between two measurements that costs this host little. */
  readonly intervalMs: number;
}

export const treeMemory: TreeMemory = forThisSystem<TreeMemory>({
  linux: { measure: linuxTreeMemory, intervalMs: 10 },
  macos: { measure: macosTreeMemory, intervalMs: 500 },
  windows: { measure: async () => undefined, intervalMs: 1_000 },
});
