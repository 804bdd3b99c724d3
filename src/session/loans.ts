import { isJsonSafe, REFERENCE_MARK } from "../codec/index.js";
import { IsolationError } from "../errors/index.js";
import { isKept } from "../inside/marks.js";
import type { Callee } from "./call-target.js";
import type { Outbox } from "./outbox.js";
import type { ReferenceDescriptor, ReferenceKind } from "./references.js";
import type { Scope } from "./scope.js";
import { StreamExport, type StreamSink } from "./stream-export.js";
import type { Values } from "./values.js";

type Loan =
  | { readonly kind: "function" | "object"; readonly value: object }
  | { readonly kind: "signal"; readonly forget: () => void }
  | { readonly kind: "stream"; readonly stream: StreamExport };

/** What this side has lent to the other: functions, live objects, signals and streams, by number. */
export class Loans {
  readonly #outbox: Outbox;
  readonly #loans = new Map<number, Loan>();
  readonly #numberOfKept = new WeakMap<object, number>();
  #values: Values | undefined;
  #numbers = 0;
  #onTakenBack: (id: number) => void = () => {};
  #streams = 0;
  #onStreamsOver: (() => void)[] = [];

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** How many things are lent now. */
  get size(): number {
    return this.#loans.size;
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
   */
  lend(value: object, scope: Scope | undefined): ReferenceDescriptor | undefined {
    if (isMarked(value)) return this.#lendKept(value, typeof value === "function" ? "function" : "object");
    if (typeof value === "function") {
      if (isKept(value)) return this.#lendKept(value, "function");
      return scope === undefined ? undefined : this.#add("function", { kind: "function", value }, scope);
    }
    if (value instanceof AbortSignal) return this.#lendSignal(value, scope);
    if (value instanceof ReadableStream) return this.#lendStream("readable", value, scope);
    return isAsyncIterable(value) ? this.#lendStream("stream", value, scope) : undefined;
  }

  /** Ends a loan; a stream stops its producer. */
  takeBack(id: number): void {
    const loan = this.#loans.get(id);
    if (!this.#loans.delete(id)) return;
    this.#onTakenBack(id);
    if (loan?.kind === "signal") loan.forget();
    if (loan?.kind === "stream") {
      void loan.stream.close();
      this.#streamOver();
    }
    if (loan?.kind === "function" || loan?.kind === "object") this.#numberOfKept.delete(loan.value);
  }

  takeBackAll(): void {
    for (const id of [...this.#loans.keys()]) this.takeBack(id);
  }

  /** Resolves when no stream is lent any more. */
  streamsOver(): Promise<void> {
    if (this.#streams === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onStreamsOver.push(resolve));
  }

  /** The function behind a reference, or a method of the object behind it. @throws IsolationError METHOD_NOT_FOUND */
  callee(id: number, method: string): Callee {
    const loan = this.#loans.get(id);
    if (loan?.kind === "function" && method === "") return loan.value as Callee;
    if (loan?.kind === "object" || loan?.kind === "function") return methodOf(loan.value, method);
    throw new IsolationError(
      "METHOD_NOT_FOUND",
      "what was lent is not there any more: the call it came with is over, or it was released",
    );
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

  #lendKept(value: object, kind: "function" | "object"): ReferenceDescriptor {
    const known = this.#numberOfKept.get(value);
    if (known !== undefined) return { kind, id: known, kept: true };
    const { id } = this.#add(kind, { kind, value }, undefined);
    this.#numberOfKept.set(value, id);
    return { kind, id, kept: true };
  }

  #lendSignal(signal: AbortSignal, scope: Scope | undefined): ReferenceDescriptor {
    const tell = (): void => {
      const { payload } = this.#toPayload(signal.reason);
      this.#outbox.abort(id, payload);
    };
    const descriptor = this.#add(
      "signal",
      { kind: "signal", forget: () => signal.removeEventListener("abort", tell) },
      scope,
    );
    const { id } = descriptor;
    if (signal.aborted) tell();
    else signal.addEventListener("abort", tell, { once: true });
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
        if (this.#loans.delete(descriptor.id)) this.#streamOver();
        this.#outbox.streamEnd(descriptor.id, failure.length === 0 ? undefined : this.#toPayload(failure[0]).payload);
      },
    };
    const descriptor = this.#add(kind, { kind: "stream", stream: new StreamExport(iterable, sink) }, scope);
    this.#streams += 1;
    return descriptor;
  }

  #streamOver(): void {
    this.#streams -= 1;
    if (this.#streams === 0) for (const notify of this.#onStreamsOver.splice(0)) notify();
  }

  #sendItem(stream: number, value: unknown): number | Promise<number> {
    if (typeof value !== "object" || value === null) {
      if (isJsonSafe(value)) {
        this.#outbox.item(stream, value);
        return typeof value === "string" ? value.length + 16 : 16;
      }
    } else if (isJsonSafe(value)) {
      const text = JSON.stringify(value);
      this.#outbox.itemWithText(stream, text);
      return text.length + 16;
    }
    const { payload, bytes, sent } = this.#encode(value);
    if (sent === undefined) {
      this.#outbox.itemWithPayload(stream, payload);
      return bytes;
    }
    return sent.then(() => {
      this.#outbox.itemWithPayload(stream, payload);
      return bytes;
    });
  }

  #encode(value: unknown) {
    return (this.#values as Values).encode(value, "item", undefined);
  }

  #toPayload(value: unknown) {
    return (this.#values as Values).encodeError(value);
  }

  #add(kind: ReferenceKind, loan: Loan, scope: Scope | undefined): ReferenceDescriptor {
    this.#numbers += 1;
    const id = this.#numbers;
    this.#loans.set(id, loan);
    scope?.onEnd(() => this.takeBack(id));
    return { kind, id };
  }
}

function isMarked(value: object): boolean {
  return REFERENCE_MARK in value;
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return typeof (value as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function";
}

/** A method that the object, or its class, defines itself: nothing that every object has. */
function methodOf(target: object, name: string): Callee {
  for (
    let owner: object | null = target;
    owner !== null && owner !== Object.prototype && owner !== Function.prototype;
  ) {
    if (name !== "constructor" && name !== "__proto__" && Object.hasOwn(owner, name)) {
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (...args) => Reflect.apply(value, target, args) : () => value;
    }
    owner = Object.getPrototypeOf(owner) as object | null;
  }
  throw new IsolationError("METHOD_NOT_FOUND", `the live object has no method ${JSON.stringify(name)}`);
}
