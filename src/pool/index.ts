/** One module in several processes behind one handle. */
export { type IsolatePool, isolatePool } from "./isolate-pool.js";
export { type MapOptions, type PoolCallOptions, type PoolOptions, resolvePoolOptions } from "./options/index.js";
export type { PoolEventSource, PoolEvents } from "./pool-events.js";
export type { PoolState, PoolStatus, ProcessStatus } from "./pool-status.js";
