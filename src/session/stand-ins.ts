import { IsolationError } from "../errors/index.js";
import type { Account } from "./account.js";
import type { CallTarget } from "./call-target.js";
import { NOT_A_MEMBER } from "./not-a-member.js";
import type { Outbox } from "./outbox.js";
import { quiet } from "./quiet.js";
import { toReadable } from "./readable-import.js";
import { isReferenceDescriptor, type ReferenceDescriptor } from "./references.js";
import type { Scope } from "./scope.js";
import { SignalStandIns } from "./signal-stand-ins.js";
import { type Hold, StreamStandIns } from "./stream-stand-ins.js";
import type { Values } from "./values.js";

/** How many members of one live object are remembered. */
const MAX_MEMBERS = 1_000;

/** How stand-ins call what they stand for. */
export interface ReferenceCaller {
  /** @param order the scope in whose order the call goes, where it has one */
  call(target: CallTarget, args: unknown[], order: Scope | undefined): Promise<unknown>;
  /** The target will not be called again, and the other side knows: what was lent is lent no more. */
  forget(target: CallTarget): void;
  /** The target will not be called again. */
  release(target: CallTarget): void;
}

/** Stand-ins on this side for what the other side has lent. */
export class StandIns {
  readonly #outbox: Outbox;
  readonly #caller: ReferenceCaller;
  readonly #signals: SignalStandIns;
  readonly #streams: StreamStandIns;
  #values: Values | undefined;
  /** A stand-in that nobody can reach any more gives back what it stands for. */
  readonly #collected = new FinalizationRegistry<() => void>((giveBack) => giveBack());

  constructor(outbox: Outbox, account: Account, hold: Hold, caller: ReferenceCaller) {
    this.#outbox = outbox;
    this.#signals = new SignalStandIns(outbox, account);
    this.#streams = new StreamStandIns(outbox, account, hold, (error, send) => {
      const { payload, sent } = (this.#values as Values).encodeError(error);
      if (sent === undefined) send(payload);
      else void sent.then(() => send(payload));
    });
    this.#caller = caller;
  }

  streamsRead(): Promise<void> {
    return this.#streams.whenEmpty();
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  set values(values: Values) {
    this.#values = values;
  }

  /** @param scope what the stand-in ends with @throws IsolationError PROTOCOL when the descriptor is none */
  make(descriptor: unknown, scope: Scope | undefined): unknown {
    if (!isReferenceDescriptor(descriptor)) throw new IsolationError("PROTOCOL", "the peer sent a malformed reference");
    switch (descriptor.kind) {
      case "function":
        return this.#makeFunction(descriptor, scope);
      case "object":
        return this.#makeObject(descriptor);
      case "signal":
        return this.#signals.make(descriptor, scope);
      case "stream":
        return this.#streams.make(descriptor.id, scope);
      case "readable":
        return toReadable(this.#streams.make(descriptor.id, scope));
    }
  }

  /** Gives back what a descriptor stands for, without a stand-in. */
  giveBack(descriptor: unknown): undefined {
    if (!isReferenceDescriptor(descriptor)) return undefined;
    const { kind, id, kept, aborted } = descriptor;
    if (kind === "stream" || kind === "readable") this.#outbox.closeStream(id, undefined);
    else if (kind === "object" || kept === true || (kind === "signal" && aborted === undefined))
      this.#outbox.release(id);
    return undefined;
  }

  /** Runs something that makes stand-ins, and says when the streams among them are over, if there are any. */
  collectStreams<T>(make: () => T): { value: T; streamsOver: Promise<void> | undefined } {
    return this.#streams.collect(make);
  }

  /** @param cost what it keeps, in bytes, as estimated */
  item(id: number, value: unknown, cost: number): void {
    this.#streams.item(id, value, cost);
  }

  /** @param cost what the failure keeps, in bytes, as estimated */
  streamEnd(id: number, failure: { error: unknown } | undefined, cost = 0): void {
    this.#streams.end(id, failure, cost);
  }

  resume(id: number): void {
    this.#streams.resume(id);
  }

  /** @param cost what the reason keeps, in bytes, as estimated */
  abort(id: number, reason: unknown, cost = 0): void {
    this.#signals.abort(id, reason, cost);
  }

  /** The other side broke the contract: nobody gets any more of what it sent. */
  dropItems(): void {
    this.#streams.dropItems();
  }

  /** The other side is gone: streams fail, signals fire. */
  lose(error: unknown): void {
    this.#streams.lose(error);
    this.#signals.lose(error);
  }

  #makeFunction({ id, kept }: ReferenceDescriptor, scope: Scope | undefined): object {
    const target: CallTarget = { kind: "reference", reference: id, method: "" };
    const caller = this.#caller;
    let over = false;
    const end = (): void => {
      over = true;
      if (kept === true) caller.release(target);
      else caller.forget(target);
    };
    const standIn = (...args: unknown[]): Promise<unknown> =>
      over ? rejectReleased() : caller.call(target, args, kept === true ? undefined : scope);
    if (kept !== true) {
      scope?.onEnd(end);
      return standIn;
    }
    const release = this.#releaser(id, end);
    Object.defineProperty(standIn, Symbol.dispose, { value: release });
    this.#collected.register(standIn, release);
    return standIn;
  }

  #makeObject({ id }: ReferenceDescriptor): object {
    const caller = this.#caller;
    const members = new Map<string, { target: CallTarget; call: (...args: unknown[]) => Promise<unknown> }>();
    let over = false;
    const release = this.#releaser(id, () => {
      over = true;
      for (const { target } of members.values()) caller.release(target);
    });
    const memberOf = (method: string) => {
      const target: CallTarget = { kind: "reference", reference: id, method };
      return { target, call: (...args: unknown[]) => (over ? rejectReleased() : caller.call(target, args, undefined)) };
    };
    const standIn = new Proxy(Object.create(null) as object, {
      get(_, key) {
        if (key === Symbol.dispose) return release;
        if (typeof key === "symbol" || NOT_A_MEMBER.has(key)) return undefined;
        let member = members.get(key);
        if (member === undefined) {
          member = memberOf(key);
          if (members.size >= MAX_MEMBERS) {
            for (const { target } of members.values()) caller.release(target);
            members.clear();
          }
          members.set(key, member);
        }
        return member.call;
      },
      set: () => false,
    });
    this.#collected.register(standIn, release);
    return standIn;
  }

  /** Gives the loan back once. Must not refer to the stand-in, which could then never be collected. */
  #releaser(id: number, onRelease: () => void): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      onRelease();
      this.#outbox.release(id);
    };
  }
}

function rejectReleased(): Promise<never> {
  const message = "it was lent for a call that is over, or was released; keep() lends a function for longer";
  return quiet(Promise.reject(new IsolationError("STOPPED", message)));
}
