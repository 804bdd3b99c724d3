import { encodeValue } from "../codec/index.js";
import type { Payload } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { isKept } from "../inside/marks.js";
import { onAbort } from "./abort-watch.js";
import { type AsyncContext, captureContext } from "./async-context.js";
import { isAsyncIterable, isMarked, isReadableStream } from "./by-reference.js";
import type { Callee } from "./call-target.js";
import { columnTextOf, isColumnPrimitive } from "./column-text.js";
import { describeKept } from "./describe-kept.js";
import { refuseLoan } from "./forwarding.js";
import { lentNoMore, methodOf } from "./lent-methods.js";
import { isClass } from "./members.js";
import type { Outbox } from "./outbox.js";
import { iterateReadable } from "./readable-iterator.js";
import type { ReferenceDescriptor, ReferenceKind } from "./references.js";
import type { Scope } from "./scope.js";
import { type OnOver, StreamEnds } from "./stream-ends.js";
import { StreamExport, type StreamSink, StreamWindow } from "./stream-export.js";
import type { Values } from "./values.js";

/** After this number comes 1 again, without those of what is still lent. */
const LAST_NUMBER = 0xffff_ffff;

/** Roughly what an item costs beside its text. */
const ITEM_BYTES = 16;

interface LoanOfCallee {
  readonly kind: "function" | "object";
  readonly value: object;
  /** Where its calls run. */
  readonly context: AsyncContext;
  leases: number;
}

type Loan =
  | LoanOfCallee
  | { readonly kind: "signal"; readonly forget: () => void }
  | { readonly kind: "stream"; readonly stream: StreamExport; readonly onOver: OnOver };

/** What this side has lent to the other: functions, live objects, signals and streams, by number. */
export class Loans {
  readonly #outbox: Outbox;
  readonly #loans = new Map<number, Loan>();
  readonly #numberOfKept = new WeakMap<object, number>();
  #values: Values | undefined;
  #lastNumber = 0;
  #onTakenBack: (id: number) => void = () => {};
  readonly #window = new StreamWindow();
  readonly #streamEnds = new StreamEnds();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** How many things are lent now. */
  get size(): number {
    return this.#loans.size;
  }

  /** Whether something is lent under the number. */
  has(id: number): boolean {
    return this.#loans.has(id);
  }

  /** Called with the number of everything that is lent no more. */
  set onTakenBack(listener: (id: number) => void) {
    this.#onTakenBack = listener;
  }

  /** Streams and signals carry values, which may carry references: the two know each other. */
  set values(values: Values) {
    this.#values = values;
  }

  /**
   * Lends an object, or says by `undefined` that it is none that crosses by reference.
   *
   * @param scope what the loan ends with; kept functions, live objects and streams of results outlive it
   * @throws what keeps it from being lent
   */
  lend(value: object, scope: Scope | undefined): ReferenceDescriptor | undefined {
    refuseLoan(value);
    if (isMarked(value)) return this.#lendKept(value, isFunction(value) ? "function" : "object", scope);
    if (typeof value === "function") {
      if (isKept(value)) return this.#lendKept(value, "function", scope);
      if (scope === undefined) return undefined;
      return this.#add("function", { kind: "function", value, context: scope.context, leases: 1 }, scope);
    }
    if (value instanceof AbortSignal) return this.#lendSignal(value, scope);
    if (isReadableStream(value)) return this.#lendStream("readable", iterateReadable(value), scope);
    return isAsyncIterable(value) ? this.#lendStream("stream", value, scope) : undefined;
  }

  /** Ends a loan; a stream stops its producer. @param reason what that hears, if it wants to */
  takeBack(id: number, reason?: unknown): void {
    const loan = this.#loans.get(id);
    if (!this.#loans.delete(id)) return;
    this.#onTakenBack(id);
    if (loan?.kind === "signal") loan.forget();
    if (loan?.kind === "stream") {
      void loan.stream.close(undefined, reason);
      this.#streamEnds.over(loan.onOver);
    }
    if (loan?.kind !== "function" && loan?.kind !== "object") return;
    if (this.#numberOfKept.get(loan.value) === id) this.#numberOfKept.delete(loan.value);
  }

  /** The other side has released one of the stand-ins for it; the loan ends with the last. */
  release(id: number): void {
    const loan = this.#loans.get(id);
    if (loan?.kind === "function" || loan?.kind === "object") {
      loan.leases -= 1;
      if (loan.leases > 0) return;
    }
    this.takeBack(id);
  }

  /** Runs something that lends, and says when the streams that it has lent are over, if there are any. */
  collectStreams<T>(lend: () => T): { value: T; streamsOver: Promise<void> | undefined } {
    return this.#streamEnds.collect(lend);
  }

  /** The session is lost: streams that nobody has begun to read stay whole. */
  abandonStreams(reason: unknown): void {
    for (const loan of this.#loans.values()) if (loan.kind === "stream") loan.stream.abandon(reason);
  }

  takeBackAll(reason: unknown): void {
    for (const id of [...this.#loans.keys()]) this.takeBack(id, reason);
  }

  /** Resolves when no stream is lent any more. */
  streamsOver(): Promise<void> {
    return this.#streamEnds.allOver();
  }

  /** The function behind a reference, or a method of the object behind it. @throws IsolationError METHOD_NOT_FOUND */
  callee(id: number, method: string): Callee {
    const loan = this.#loans.get(id);
    if (loan?.kind === "function" && method === "") return loan.value as Callee;
    if (loan?.kind === "object" || loan?.kind === "function") return methodOf(loan.value, method);
    throw lentNoMore();
  }

  /** Where the calls of a function, or of an object's methods, run. */
  contextOf(id: number): AsyncContext | undefined {
    const loan = this.#loans.get(id);
    return loan?.kind === "function" || loan?.kind === "object" ? loan.context : undefined;
  }

  demand(id: number, items: number): void {
    const loan = this.#loans.get(id);
    if (loan?.kind === "stream") loan.stream.demand(items);
  }

  closeStream(id: number, thrown: { error: unknown } | undefined): void {
    const loan = this.#loans.get(id);
    if (loan?.kind === "stream") void loan.stream.close(thrown);
    // The producer ended just before it heard; the consumer still waits for the end of its close.
    else if (thrown === undefined) this.#outbox.streamEnd(id, undefined);
  }

  /**
   * Of results, one loan for all that the other side gets of the same thing. What is an argument is lent anew by each
   * call, whose context it has.
   */
  #lendKept(value: object, kind: "function" | "object", scope: Scope | undefined): ReferenceDescriptor {
    const known = scope === undefined ? this.#numberOfKept.get(value) : undefined;
    const loan = known === undefined ? undefined : this.#loans.get(known);
    if (known !== undefined && (loan?.kind === "function" || loan?.kind === "object")) {
      loan.leases += 1;
      return describeKept(kind, known, value);
    }
    const context = scope?.context ?? captureContext();
    const { id } = this.#add(kind, { kind, value, context, leases: 1 }, undefined);
    if (scope === undefined) this.#numberOfKept.set(value, id);
    return describeKept(kind, id, value);
  }

  #lendSignal(signal: AbortSignal, scope: Scope | undefined): ReferenceDescriptor {
    // Already aborted: the callee has to see it with its first look, so the reason goes along.
    if (signal.aborted) return { kind: "signal", id: 0, aborted: toText(signal.reason) };
    const forget = onAbort(signal, () => {
      // A signal aborts once.
      this.#loans.delete(descriptor.id);
      this.#sendError(signal.reason, (payload) => this.#outbox.abort(descriptor.id, payload));
    });
    const descriptor = this.#add("signal", { kind: "signal", forget }, scope);
    return descriptor;
  }

  #lendStream(
    kind: "stream" | "readable",
    iterable: AsyncIterable<unknown>,
    scope: Scope | undefined,
  ): ReferenceDescriptor {
    const sink: StreamSink = {
      item: (value) => this.#sendItem(descriptor.id, value),
      end: (...failure) => {
        if (this.#loans.delete(descriptor.id)) this.#streamEnds.over(onOver);
        if (failure.length === 0) this.#outbox.streamEnd(descriptor.id, undefined);
        else this.#sendError(failure[0], (payload) => this.#outbox.streamEnd(descriptor.id, payload));
      },
      resume: () => this.#outbox.resumeStream(descriptor.id),
    };
    const onOver = this.#streamEnds.begin();
    const stream = new StreamExport(iterable, sink, this.#window, scope?.context ?? captureContext());
    const descriptor = this.#add(kind, { kind: "stream", stream, onOver }, scope);
    return descriptor;
  }

  #sendItem(stream: number, value: unknown): number | Promise<number> {
    if (isColumnPrimitive(value)) {
      this.#outbox.item(stream, value);
      return typeof value === "string" ? value.length + ITEM_BYTES : ITEM_BYTES;
    }
    const text = columnTextOf(value);
    if (text !== undefined) {
      this.#outbox.itemWithText(stream, text);
      return text.length + ITEM_BYTES;
    }
    const { payload, bytes, sent } = (this.#values as Values).encodeItem(value);
    const send = (): number => {
      this.#outbox.itemWithPayload(stream, payload, bytes);
      return bytes;
    };
    return sent === undefined ? send() : sent.then(send);
  }

  #sendError(error: unknown, send: (payload: Payload) => void): void {
    const { payload, sent } = (this.#values as Values).encodeError(error);
    if (sent === undefined) send(payload);
    else void sent.then(() => send(payload));
  }

  #add(kind: ReferenceKind, loan: Loan, scope: Scope | undefined): ReferenceDescriptor {
    let id = this.#lastNumber;
    do id = id === LAST_NUMBER ? 1 : id + 1;
    while (this.#loans.has(id));
    this.#lastNumber = id;
    this.#loans.set(id, loan);
    scope?.onEnd((reason) => this.takeBack(id, reason ?? callIsOver()));
    return { kind, id };
  }
}

/** Whether it can be called: of a class only the static members can. */
function isFunction(value: object): boolean {
  return typeof value === "function" && !isClass(value);
}

function callIsOver(): IsolationError {
  return new IsolationError("STOPPED", "the call that the stream was lent for is over");
}

/** A reason as text that JSON carries; one that cannot cross is replaced by the error that says so. */
function toText(reason: unknown): string {
  try {
    return Buffer.from(encodeValue(reason)).toString("base64");
  } catch (error) {
    return Buffer.from(encodeValue(error)).toString("base64");
  }
}
