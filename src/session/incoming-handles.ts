import { IsolationError } from "../errors/index.js";
import type { Account } from "./account.js";
import type { AsyncContext } from "./async-context.js";
import type { Callee, CallHandler } from "./call-target.js";
import { lentNoMore } from "./lent-methods.js";
import type { Loans } from "./loans.js";
import { quiet } from "./quiet.js";

/** What a handle of the other side stands for here: the function, or how to come by it. */
interface Target {
  callee: Callee | undefined;
  readonly resolve: () => Callee | Promise<Callee>;
  readonly reference: number;
  readonly cost: number;
}

/** What a handle costs beside its names, in bytes, roughly. */
const HANDLE_COST = 512;

/** What the other side calls, by its handles. */
export class IncomingHandles {
  readonly #account: Account;
  readonly #loans: Loans;
  readonly #handler: CallHandler;
  readonly #targets = new Map<number, Target>();
  /** Of those that stand for something lent. None on a side that only serves a module, whose calls pay nothing for it. */
  readonly #contexts = new Map<number, AsyncContext>();
  #last = 0;
  /** By what was lent: nearly always one, as of a callback. */
  readonly #ofReference = new Map<number, number | Set<number>>();

  constructor(account: Account, loans: Loans, handler: CallHandler) {
    this.#account = account;
    this.#loans = loans;
    this.#handler = handler;
  }

  get size(): number {
    return this.#targets.size;
  }

  /** @throws IsolationError PROTOCOL when there are too many, or one stands for something already */
  introduce(
    handle: number,
    { module, method, reference }: { module: string; method: string; reference: number },
  ): void {
    if (this.#targets.has(handle)) {
      throw new IsolationError("PROTOCOL", `the peer introduced the handle ${handle} twice`);
    }
    this.#last = Math.max(this.#last, handle);
    // It was taken back while the word of it was on its way, and nothing would ever end the handle.
    if (reference !== 0 && !this.#loans.has(reference)) return;
    const resolve =
      reference === 0
        ? (): Callee | Promise<Callee> => this.#handler.resolve(module, method)
        : (): Callee => this.#loans.callee(reference, method);
    const cost = HANDLE_COST + 2 * (module.length + method.length);
    this.#account.hold(cost);
    this.#targets.set(handle, { callee: undefined, resolve, reference, cost });
    if (reference === 0) return;
    this.#add(reference, handle);
    const context = this.#loans.contextOf(reference);
    if (context !== undefined) this.#contexts.set(handle, context);
  }

  /** @throws IsolationError METHOD_NOT_FOUND for what is lent no more; PROTOCOL for what was never introduced */
  calleeOf(handle: number): Callee | Promise<Callee> {
    const target = this.#targets.get(handle);
    if (target === undefined) throw lentNoMore();
    if (target.callee !== undefined) return target.callee;
    const resolving = target.resolve();
    if (!(resolving instanceof Promise)) return resolving;
    const resolved = resolving.then((callee) => {
      // From now on calls of this handle run without a detour; a failed resolution is tried again by the next call.
      target.callee = callee;
      return callee;
    });
    // A handler that refuses the call does not look at it.
    return quiet(resolved);
  }

  /** Where calls of the handle run; `undefined` for anywhere. */
  contextOf(handle: number): AsyncContext | undefined {
    return this.#contexts.size === 0 ? undefined : this.#contexts.get(handle);
  }

  /** Whether the handle was introduced, by all that is known. */
  isKnown(handle: number): boolean {
    return handle <= this.#last && Number.isInteger(handle);
  }

  /** The other side does not call it any more. */
  release(handle: number): void {
    const target = this.#targets.get(handle);
    if (target === undefined) return;
    this.#remove(handle, target);
    const handles = this.#ofReference.get(target.reference);
    if (typeof handles === "object") handles.delete(handle);
    else if (handles === handle) this.#ofReference.delete(target.reference);
  }

  /** What this side had lent is lent no more: nobody can call it. */
  forget(reference: number): void {
    const handles = this.#ofReference.get(reference);
    if (handles === undefined) return;
    this.#ofReference.delete(reference);
    for (const handle of typeof handles === "number" ? [handles] : handles) {
      const target = this.#targets.get(handle);
      if (target !== undefined) this.#remove(handle, target);
    }
  }

  /** The peer is gone. The session outlives it, as a part of the last generation. */
  clear(): void {
    for (const { cost } of this.#targets.values()) this.#account.release(cost);
    this.#targets.clear();
    this.#contexts.clear();
    this.#ofReference.clear();
  }

  #add(reference: number, handle: number): void {
    const handles = this.#ofReference.get(reference);
    if (handles === undefined) this.#ofReference.set(reference, handle);
    else if (typeof handles === "number") this.#ofReference.set(reference, new Set([handles, handle]));
    else handles.add(handle);
  }

  #remove(handle: number, { cost }: Target): void {
    this.#targets.delete(handle);
    this.#contexts.delete(handle);
    this.#account.release(cost);
  }
}
