import { ownOptions } from "../../errors/index.js";
import { aString, CALL_OPTION_NAMES, type CallOptions } from "../../isolator/index.js";

/** Options of one call of a pool. */
export interface PoolCallOptions extends CallOptions {
  /** Calls of one key go to one process, in their order, as long as that lives. Default: what the pool's `key` says. */
  key?: string;
  /** Who calls: while calls wait, callers have their turns one after the other. Default: all calls without one are one caller. */
  caller?: string;
}

export interface ResolvedPoolCallOptions {
  /** `undefined` where nothing is said of them. */
  readonly call: CallOptions | undefined;
  readonly key: string | undefined;
  readonly caller: string | undefined;
}

const NAMES = [...CALL_OPTION_NAMES, "key", "caller"];
const NONE: ResolvedPoolCallOptions = Object.freeze({ call: undefined, key: undefined, caller: undefined });

/** Takes apart what is for the pool, and what for the call itself. @throws IsolationError INVALID_OPTION */
export function resolvePoolCallOptions(options: PoolCallOptions | undefined): ResolvedPoolCallOptions {
  if (options === undefined) return NONE;
  const { key, caller, ...call } = ownOptions("call options", options, NAMES);
  return {
    call: call as CallOptions,
    key: key === undefined ? undefined : aString("key", key),
    caller: caller === undefined ? undefined : aString("caller", caller),
  };
}
