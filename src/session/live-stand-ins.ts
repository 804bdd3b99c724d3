import type { CallTarget } from "./call-target.js";
import { NOT_A_MEMBER } from "./not-a-member.js";
import type { Outbox } from "./outbox.js";
import { type ReferenceCaller, rejectReleased } from "./reference-caller.js";

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

  makeObject(id: number): object {
    const borrowing = new Borrowing(id, this.#outbox, this.#caller);
    return this.#register(makeObject(borrowing, this.#caller), borrowing);
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
  return standIn;
}

function makeObject(borrowing: Borrowing, caller: ReferenceCaller): object {
  const members = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  const dispose = disposer(borrowing);
  const memberOf = (method: string): ((...args: unknown[]) => Promise<unknown>) => {
    const target = borrowing.target(method);
    // Refers to the stand-in: who has only a method of it has it.
    return (...args) => (borrowing.isOver ? rejectReleased() : caller.call(target, args, undefined, standIn));
  };
  const standIn: object = new Proxy(Object.create(null) as object, {
    get(_, key) {
      if (key === Symbol.dispose) return dispose;
      if (typeof key === "symbol" || NOT_A_MEMBER.has(key)) return undefined;
      let member = members.get(key);
      if (member === undefined) {
        if (members.size >= MAX_MEMBERS) {
          borrowing.releaseTargets();
          members.clear();
        }
        member = memberOf(key);
        members.set(key, member);
      }
      return member;
    },
    set: () => false,
  });
  return standIn;
}

function disposer(borrowing: Borrowing): () => void {
  return () => borrowing.end();
}
