import { forThisSystem } from "../../platform/for-this-system.js";
import { LinuxTreeMemory } from "./tree-memory.linux.js";
import { macosTreeMemory } from "./tree-memory.macos.js";

/** Measures the memory of one tree again and again. */
export interface TreeMemoryReader {
  /**
   * Bytes that the tree takes; undefined once it is gone, and where it cannot be known.
   *
   * @param bound what it will be compared with: above it the answer is exact, below it may be too high
   * @param unseenMs how long a new member may be missing
   */
  measure(bound: number, unseenMs: number): Promise<number | undefined>;
  close(): void;
}

/** Measures the memory of process trees. */
export interface TreeMemory {
  open(root: number): TreeMemoryReader;
  /** The shortest time between two measurements that costs this host little. */
  readonly intervalMs: number;
}

export const treeMemory: TreeMemory = forThisSystem<TreeMemory>({
  linux: { open: (root) => new LinuxTreeMemory(root), intervalMs: 10 },
  macos: { open: (root) => ({ measure: () => macosTreeMemory(root), close() {} }), intervalMs: 500 },
  windows: { open: () => ({ measure: async () => undefined, close() {} }), intervalMs: 1_000 },
});
