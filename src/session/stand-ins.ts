import { IsolationError } from "../errors/index.js";
import type { Account } from "./account.js";
import type { CallTarget } from "./call-target.js";
import { LiveStandIns } from "./live-stand-ins.js";
import type { Outbox } from "./outbox.js";
import { toReadable } from "./readable-import.js";
import { type ReferenceCaller, rejectReleased } from "./reference-caller.js";
import { isReferenceDescriptor, type ReferenceDescriptor } from "./references.js";
import type { Scope } from "./scope.js";
import { SignalStandIns } from "./signal-stand-ins.js";
import { type Hold, StreamStandIns } from "./stream-stand-ins.js";
import type { Values } from "./values.js";

/** Stand-ins on this side for what the other side has lent. */
export class StandIns {
  readonly #outbox: Outbox;
  readonly #caller: ReferenceCaller;
  readonly #signals: SignalStandIns;
  readonly #live: LiveStandIns;
  readonly #streams: StreamStandIns;
  #values: Values | undefined;

  constructor(outbox: Outbox, account: Account, hold: Hold, caller: ReferenceCaller) {
    this.#outbox = outbox;
    this.#signals = new SignalStandIns(outbox, account);
    this.#live = new LiveStandIns(outbox, caller);
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

  streamRead(): Promise<void> {
    return this.#streams.whenOneIsOver();
  }

  /** Whether anybody waits for an item of a stream. */
  get areAwaited(): boolean {
    return this.#streams.areAwaited;
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
        return this.#live.makeObject(descriptor);
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
    if (kept === true) return this.#live.makeFunction(id);
    const target: CallTarget = { kind: "reference", reference: id, method: "" };
    const caller = this.#caller;
    let over = false;
    scope?.onEnd(() => {
      over = true;
      caller.forget(target);
    });
    return function standIn(...args: unknown[]): Promise<unknown> {
      return over ? rejectReleased() : caller.call(target, args, scope, standIn);
    };
  }
}
