/** Objects with this property cross by reference, as live objects. The codec knows it by the same name. */
const REFERENCE_MARK = Symbol.for("process-isolation.reference");

/** Functions with this property may be called for as long as the other process lives. */
export const KEEP_MARK: unique symbol = Symbol.for("process-isolation.keep");

declare const LIVE: unique symbol;

/** A value that is lent rather than copied; on the other side its methods are asynchronous. */
export type Live<T> = T & { readonly [LIVE]: T };

/**
 * Lends an object with methods, a class with static ones, or a function, instead of copying it: whoever receives it calls
 * them here. It stays lent until it is released (`using`, or `[Symbol.dispose]()`), or the process ends.
 *
 * @throws TypeError when the object is frozen and so cannot be marked
 */
export function remote<T extends object>(value: T): Live<T> {
  mark(value, REFERENCE_MARK);
  return value as Live<T>;
}

/**
 * Lends a function for longer than the call that it is an argument of: until it is released, or the process ends.
 *
 * @throws TypeError when the function is frozen and so cannot be marked
 */
export function keep<F extends (...args: never[]) => unknown>(fn: F): F {
  mark(fn, KEEP_MARK);
  return fn;
}

/** Whether `keep` has marked it. */
export function isKept(value: object): boolean {
  return (value as { [KEEP_MARK]?: unknown })[KEEP_MARK] === true;
}

function mark(value: object, symbol: symbol): void {
  if (symbol in value) return;
  Object.defineProperty(value, symbol, { value: true });
}
