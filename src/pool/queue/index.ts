/** The calls of a pool that wait: fair between callers, in order within a key. */
export type { Lane } from "./lane.js";
export { PoolQueue, type QueuePlace } from "./pool-queue.js";
