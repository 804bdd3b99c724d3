import { decodeValue } from "../codec/index.js";
import type { Account, Holding } from "./account.js";
import type { Outbox } from "./outbox.js";
import type { ReferenceDescriptor } from "./references.js";
import type { Scope } from "./scope.js";

/** What a signal costs, in bytes, roughly. */
const SIGNAL_COST = 512;

interface Entry {
  readonly id: number;
  readonly controller: AbortController;
  readonly holding: Holding;
  /** How many signals have to be collected before nobody can hear of an abort. */
  watched: number;
}

/**
 * Stand-ins for signals of the other side. One that came with a call ends with it; any other is given back when nobody can
 * hear of an abort any more.
 */
export class SignalStandIns {
  readonly #outbox: Outbox;
  readonly #account: Account;
  readonly #entries = new Map<number, Entry>();
  readonly #collected = new FinalizationRegistry<Entry>((entry) => this.#onCollected(entry));
  readonly #reasons = new FinalizationRegistry<Holding>((holding) => holding.clear());

  constructor(outbox: Outbox, account: Account) {
    this.#outbox = outbox;
    this.#account = account;
  }

  /** How many may still be aborted. */
  get size(): number {
    return this.#entries.size;
  }

  make({ id, aborted }: ReferenceDescriptor, scope: Scope | undefined): AbortSignal {
    const holding = this.#account.openHolding();
    if (aborted !== undefined) return this.#makeAborted(String(aborted), holding, scope);
    // Where a call ends it, it is a part of what the call costs.
    if (scope === undefined) holding.hold(SIGNAL_COST);
    const entry: Entry = { id, controller: new AbortController(), holding, watched: 1 };
    const { signal } = entry.controller;
    this.#entries.set(id, entry);
    if (scope !== undefined) {
      scope.onEnd(() => this.#forget(entry));
      return signal;
    }
    // A signal that follows another is kept by Node for as long as it has listeners, and can be collected without them.
    const standIn = AbortSignal.any([signal]);
    this.#collected.register(standIn, entry);
    return standIn;
  }

  /** @param cost what the reason keeps, in bytes, as estimated */
  abort(id: number, reason: unknown, cost = 0): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    entry.holding.clear();
    entry.holding.hold(cost);
    entry.controller.abort(reason);
  }

  /** The other side is gone: signals fire. */
  lose(error: unknown): void {
    for (const id of [...this.#entries.keys()]) this.abort(id, error);
  }

  #makeAborted(reason: string, holding: Holding, scope: Scope | undefined): AbortSignal {
    const signal = AbortSignal.abort(this.#decodeReason(reason, holding));
    if (scope === undefined) this.#reasons.register(signal, holding);
    else scope.onEnd(() => holding.clear());
    return signal;
  }

  #onCollected(entry: Entry): void {
    entry.watched -= 1;
    if (entry.watched > 0) return;
    const followers = followersOf(entry.controller.signal);
    entry.watched = followers.length;
    for (const follower of followers) this.#collected.register(follower, entry);
    if (followers.length === 0 && this.#forget(entry)) this.#outbox.release(entry.id);
  }

  /** Says whether it could still have been aborted. */
  #forget(entry: Entry): boolean {
    entry.holding.clear();
    return this.#entries.get(entry.id) === entry && this.#entries.delete(entry.id);
  }

  #decodeReason(text: string, holding: Holding): unknown {
    const decoding = this.#account.beginDecoding(true);
    try {
      decoding?.borrow(text.length);
      return decodeValue(Buffer.from(text, "base64"), { meter: decoding });
    } finally {
      decoding?.end();
      holding.hold(decoding?.kept ?? 0);
    }
  }
}

/**
 * The signals that abort with this one. Whoever makes one of a stand-in by `AbortSignal.any` may drop the stand-in: the new
 * signal follows its source, and holds neither. Only Node knows of it, under a symbol of its own; without that, there are none.
 */
function followersOf(signal: AbortSignal): AbortSignal[] {
  const symbol = Object.getOwnPropertySymbols(signal).find(({ description }) => description === "kDependantSignals");
  // A Set of WeakRefs, both of classes that only Node can reach.
  const references: unknown = symbol === undefined ? undefined : Reflect.get(signal, symbol);
  if (typeof (references as Partial<Iterable<unknown>> | undefined)?.[Symbol.iterator] !== "function") return [];
  return [...(references as Iterable<Partial<WeakRef<object>> | undefined>)].flatMap((reference) => {
    const follower = reference?.deref?.();
    return follower instanceof AbortSignal ? [follower] : [];
  });
}
