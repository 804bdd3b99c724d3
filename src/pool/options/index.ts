/** What users may set of a pool, checked once. */
export { type MapOptions, type ResolvedMapOptions, resolveMapOptions } from "./map-options.js";
export { type PoolCallOptions, type ResolvedPoolCallOptions, resolvePoolCallOptions } from "./pool-call-options.js";
export type { DecidedByPool, PoolOptions } from "./pool-options.js";
export { type PoolPolicy, type ResolvedPoolOptions, resolvePoolOptions } from "./resolve-pool-options.js";
