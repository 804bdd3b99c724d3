import { keep } from "../inside/marks.js";
import type { CallTarget } from "./call-target.js";
import { iterateLater } from "./iterate-later.js";
import { ITERATION } from "./lent-methods.js";
import { createMemberProxy, type MemberProxyOptions } from "./member-proxy.js";
import type { Outbox } from "./outbox.js";
import { RemoteModule, RemoteObject } from "./proxy-faces.js";
import { type ReferenceCaller, rejectReleased } from "./reference-caller.js";
import type { ReferenceDescriptor } from "./references.js";

/** How many members of one live object are remembered. */
const MAX_MEMBERS = 1_000;

/** What a stand-in has borrowed. Must not refer to the stand-in, which could then never be collected. */
class Borrowing {
  isOver = false;
  readonly #reference: number;
  readonly #outbox: Outbox;
  readonly #caller: ReferenceCaller;
  readonly #targets = new Set<CallTarget>();

  constructor(reference: number, outbox: Outbox, caller: ReferenceCaller) {
    this.#reference = reference;
    this.#outbox = outbox;
    this.#caller = caller;
  }

  /** @param method the member; empty for the function itself */
  target(method: string): CallTarget {
    const target: CallTarget = { kind: "reference", reference: this.#reference, method };
    this.#targets.add(target);
    return target;
  }

  releaseTargets(): void {
    for (const target of this.#targets) this.#caller.release(target);
    this.#targets.clear();
  }

  /** Gives the loan back, once. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.releaseTargets();
    this.#outbox.release(this.#reference);
  }
}

/** Stand-ins for kept functions and live objects: they last until they are released, or nobody can use them any more. */
export class LiveStandIns {
  readonly #outbox: Outbox;
  readonly #caller: ReferenceCaller;
  readonly #collected = new FinalizationRegistry<Borrowing>((borrowing) => borrowing.end());

  constructor(outbox: Outbox, caller: ReferenceCaller) {
    this.#outbox = outbox;
    this.#caller = caller;
  }

  makeFunction(id: number): object {
    const borrowing = new Borrowing(id, this.#outbox, this.#caller);
    return this.#register(makeFunction(borrowing, this.#caller), borrowing);
  }

  makeObject(descriptor: ReferenceDescriptor): object {
    const borrowing = new Borrowing(descriptor.id, this.#outbox, this.#caller);
    return this.#register(makeObject(descriptor, borrowing, this.#caller), borrowing);
  }

  #register(standIn: object, borrowing: Borrowing): object {
    this.#collected.register(standIn, borrowing);
    return standIn;
  }
}

function makeFunction(borrowing: Borrowing, caller: ReferenceCaller): object {
  const target = borrowing.target("");
  const standIn = (...args: unknown[]): Promise<unknown> =>
    borrowing.isOver ? rejectReleased() : caller.call(target, args, undefined, standIn);
  Object.defineProperty(standIn, Symbol.dispose, { value: disposer(borrowing) });
  // Whoever it is handed on to may keep it as well.
  return keep(standIn);
}

function makeObject({ nested, iterable }: ReferenceDescriptor, borrowing: Borrowing, caller: ReferenceCaller): object {
  const bind = (method: string): ((...args: unknown[]) => Promise<unknown>) => {
    let target: CallTarget | undefined;
    // Refers to the stand-in: who has only a method of it has it.
    return (...args) => {
      if (borrowing.isOver) return rejectReleased();
      target ??= borrowing.target(method);
      return caller.call(target, args, undefined, standIn);
    };
  };
  const symbols = new Map<symbol, unknown>([[Symbol.dispose, disposer(borrowing)]]);
  if (iterable === true) {
    const iteration = bind(ITERATION);
    symbols.set(Symbol.asyncIterator, () => iterateLater(iteration()));
  }
  const options: MemberProxyOptions = {
    bind,
    isNested: nested === true,
    isIterable: iterable === true,
    maxMembers: MAX_MEMBERS,
    onForgotten: () => borrowing.releaseTargets(),
    symbols,
  };
  const standIn = createMemberProxy(nested === true ? new RemoteModule() : new RemoteObject(), options);
  return standIn;
}

function disposer(borrowing: Borrowing): () => void {
  return () => borrowing.end();
}
