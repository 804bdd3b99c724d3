import { appendLocalStack, areJsonSafe, isError } from "../codec/index.js";
import type { Settlement } from "../contract/index.js";
import type { CallExtras } from "./call-extras.js";
import type { CallSink, CallTarget } from "./call-target.js";
import { columnLengthOf, columnTextOf } from "./column-text.js";
import { IdRing } from "./id-ring.js";
import type { Outbox } from "./outbox.js";
import { OutgoingHandles } from "./outgoing-handles.js";
import type { ReadyPayload } from "./payloads.js";
import { Scope } from "./scope.js";
import { plainText, type Taken, withoutUndefined } from "./taken.js";
import type { Values } from "./values.js";

/** What a call lends, and what of it is still on its way. Only calls that need one have one. */
interface Lending {
  readonly scope: Scope;
  readonly ready: ReadyPayload;
  /** Whether the other side will look for what is lent, and for the payload. */
  isSent: boolean;
}

/** In the place of a sink that does not wait any more: of the answer, only that it came is told. */
class CancelledCall implements CallSink {
  sink: CallSink | undefined;

  resolve(): void {
    this.sink?.ended?.();
  }

  reject(): void {
    this.resolve();
  }
}

/** The calls of this side: sends them, and settles whoever waits for them. */
export class OutgoingCalls {
  readonly #outbox: Outbox;
  readonly #values: Values;
  readonly #takes: Taken | undefined;
  readonly #sinks = new IdRing<CallSink>();
  readonly #lending = new Map<number, Lending>();
  readonly #handles: OutgoingHandles;

  /** @param takes what the other side takes; undefined for everything */
  constructor(outbox: Outbox, values: Values, takes?: Taken) {
    this.#outbox = outbox;
    this.#values = values;
    this.#takes = takes;
    this.#handles = new OutgoingHandles(outbox);
  }

  /**
   * Sends a call, or arranges for it; returns its id.
   *
   * @param order the scope in whose order it goes, where it has one
   * @throws IsolationError NOT_SERIALIZABLE naming the path; nothing is sent then
   */
  send(target: CallTarget, args: readonly unknown[], sink: CallSink, extras?: CallExtras, order?: Scope): number {
    const id = this.#sinks.add(sink);
    const length = columnLengthOf(args);
    try {
      if (length >= 0 && order === undefined) {
        this.#outbox.call(id, this.#handles.of(target), args, length, extras);
        return id;
      }
      const safe = columnTextOf(args, length >= 0 || areJsonSafe(args));
      const text = safe ?? this.#plainTextOf(args);
      if (text === undefined) this.#sendPayload(id, target, this.#taken(args), extras, order);
      else {
        const send = (): void => this.#outbox.callWithText(id, this.#handles.of(target), text, extras);
        if (order === undefined) send();
        else order.inOrder(undefined, send);
      }
    } catch (error) {
      this.#sinks.take(id);
      throw error;
    }
    return id;
  }

  /**
   * Tells the other side that nobody waits for a call any more. Its sink, which has settled, hears when it has ended.
   *
   * @param reason why, for the sources of the streams that the call lent
   */
  cancel(id: number, reason?: unknown): void {
    const cancelled = new CancelledCall();
    const sink = this.#sinks.replace(id, cancelled);
    cancelled.sink = sink instanceof CancelledCall ? sink.sink : sink;
    if (sink === undefined || sink instanceof CancelledCall) return;
    // Only now, so that a signal which is lent and cancels the call as well has told the other side before.
    queueMicrotask(() => this.#endLending(id, reason));
    const lending = this.#lending.get(id);
    if (lending?.isSent === false) {
      // Its large parts go ahead of it: it has not begun, and will not.
      lending.ready.drop();
      this.#sinks.take(id);
      sink.ended?.();
    } else this.#outbox.cancel(id);
  }

  /** Whether anybody waits for one of them. */
  get areAwaited(): boolean {
    return this.#sinks.some((sink) => !(sink instanceof CancelledCall));
  }

  /** The target will not be called again, and the other side knows: what was lent is lent no more. */
  forget(target: CallTarget): void {
    this.#handles.forget(target);
  }

  /** The target will not be called again. */
  release(target: CallTarget): void {
    this.#handles.release(target);
  }

  result(id: number, value: unknown): void {
    const sink = this.#sinks.take(id);
    if (sink === undefined) return;
    if (this.#lending.size > 0) this.#endLending(id);
    sink.resolve(value);
  }

  settle({ id, outcome }: Settlement): void {
    const sink = this.#sinks.take(id);
    if (sink === undefined || sink instanceof CancelledCall) {
      // Nobody waits: what the answer holds goes back.
      if (outcome !== undefined) this.#values.discard(outcome.value);
      sink?.resolve();
      return;
    }
    if (outcome?.$case === "value") this.#succeed(id, sink, outcome.value);
    else {
      this.#endLending(id);
      const error = outcome === undefined ? undefined : this.#values.decodeError(outcome.value);
      if (isError(error) && sink.callSite !== undefined) appendLocalStack(error, sink.callSite);
      sink.reject(error);
    }
  }

  /** The other side is gone: ends every loan. Who waits hears of it, unless somebody else tells the whole story. */
  lose(error: unknown): void {
    for (const id of [...this.#lending.keys()]) this.#endLending(id, error);
    for (const sink of this.#sinks.takeAll()) sink.lost?.(error);
    this.#handles.clear();
  }

  /** A stream that is made of the arguments needs them for as long as it is read. */
  #succeed(id: number, sink: CallSink, payload: Parameters<Values["decode"]>[0]): void {
    try {
      const { value, streamsOver } = this.#values.decodeResult(payload);
      if (streamsOver === undefined) this.#endLending(id);
      else void streamsOver.then(() => this.#endLending(id));
      sink.resolve(value);
    } catch (error) {
      this.#endLending(id);
      sink.reject(error);
    }
  }

  /** For who takes no payloads: there is no other way. */
  #plainTextOf(args: readonly unknown[]): string | undefined {
    return this.#takes?.payloads === false ? plainText(withoutUndefined(args)) : undefined;
  }

  #taken(args: readonly unknown[]): readonly unknown[] {
    return this.#takes?.values.has("undefined") === false ? withoutUndefined(args) : args;
  }

  #sendPayload(
    id: number,
    target: CallTarget,
    args: readonly unknown[],
    extras: CallExtras | undefined,
    order: Scope | undefined,
  ): void {
    const scope = new Scope();
    const ready = this.#values.encode(args, "args", scope);
    const lending: Lending = { scope, ready, isSent: false };
    this.#lending.set(id, lending);
    const send = (): void => {
      // Cancelled while its parts were on their way.
      if (ready.sent !== undefined && !this.#sinks.has(id)) return;
      lending.isSent = true;
      this.#outbox.call(id, this.#handles.of(target), null, ready.bytes, { ...extras, args: ready.payload });
    };
    (order ?? scope).inOrder(ready.sent, send);
  }

  #endLending(id: number, reason?: unknown): void {
    this.#lending.get(id)?.scope.end(reason);
    this.#lending.delete(id);
  }
}
