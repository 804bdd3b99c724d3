/** One module in several processes behind one handle. */
export { type IsolatePool, isolatePool } from "./isolate-pool.js";
export { makePool, type PoolExtension, type PoolParts } from "./make-pool.js";
export type { MapResults } from "./map-run.js";
export type { Member } from "./member.js";
export type { MapOptions, PoolCallOptions, PoolOptions } from "./options/index.js";
export { type ResolvedPoolOptions, resolvePoolOptions } from "./options/index.js";
export type { PoolCore } from "./pool-core.js";
export type { PoolEventSource, PoolEvents } from "./pool-events.js";
export type { PoolState, PoolStatus, ProcessStatus } from "./pool-status.js";
