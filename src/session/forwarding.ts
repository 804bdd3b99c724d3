import type { Callee } from "./call-target.js";

/** How a proxy is called by its path, whatever of its names it answers locally. */
export interface Forwarding {
  /** The function that calls the member; made anew each time. */
  readonly bind: (path: string) => Callee;
  /** Whether its members have members. */
  readonly isNested: boolean;
  /** Whether what is behind it can be iterated. */
  readonly isIterable: boolean;
}

/**
 * Where a proxy says so. By a name that is shared, since an application may have loaded this package twice, as CommonJS
 * and as ES modules, and hand the one's proxies to the other.
 */
export const FORWARDING = Symbol.for("process-isolation.forwarding");

/** Under this symbol, what may not be handed on to another process has a function that says why, if that is so now. */
export const NOT_LENT = Symbol("not lent");

/** @throws what keeps a value from being lent */
export function refuseLoan(value: object): void {
  const refusal = (value as { [NOT_LENT]?: () => Error | undefined })[NOT_LENT]?.();
  if (refusal !== undefined) throw refusal;
}

/** What is behind a proxy of another process; `undefined` of everything else. */
export function forwardingOf(value: object): Forwarding | undefined {
  const forwarding = (value as { [FORWARDING]?: Forwarding })[FORWARDING];
  // A proxy of somebody else's may have a function for every name.
  return typeof forwarding === "object" && typeof forwarding?.bind === "function" ? forwarding : undefined;
}
