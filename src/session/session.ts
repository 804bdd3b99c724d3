import type { Payload, SessionFrame } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { currentCallSite } from "./call-site.js";
import type { CallHandler, CallSink, CallTarget } from "./call-target.js";
import { decodeFrame } from "./frame-decoder.js";
import { IncomingCalls } from "./incoming-calls.js";
import type { Lane } from "./lane.js";
import { Loans } from "./loans.js";
import { type CallExtras, Outbox } from "./outbox.js";
import { OutgoingCalls } from "./outgoing-calls.js";
import { Payloads, type SharedMemory } from "./payloads.js";
import { quiet } from "./quiet.js";
import type { IncomingDetails } from "./running-call.js";
import { Scope } from "./scope.js";
import { StandIns } from "./stand-ins.js";
import type { Hold } from "./stream-stand-ins.js";
import { Values } from "./values.js";
import { Wakefulness } from "./wakefulness.js";

export interface SessionOptions {
  readonly handler: CallHandler;
  readonly sharedMemory?: SharedMemory | undefined;
  /** The lane is gone, or, with an error, the peer broke the contract. Called once; what was under way is not settled yet. */
  readonly onLost: (error: IsolationError | undefined) => void;
  /** The peer keeps up again. */
  readonly onDrain?: () => void;
  /** Bytes of one value of the peer; of values on their way in parts, eight times as many. Default 4 GiB. */
  readonly maxPayloadBytes?: number | undefined;
  /** Keeps the process alive while somebody waits for a stream or for what the peer has lent. Default: it does not. */
  readonly hold?: Hold;
}

/** One end of a Session. Both ends are alike: either may call, lend, stream and cancel. */
export class Session {
  readonly #lane: Lane;
  readonly #options: SessionOptions;
  readonly #outbox: Outbox;
  readonly #loans: Loans;
  readonly #standIns: StandIns;
  readonly #payloads: Payloads;
  readonly #values: Values;
  readonly #outgoing: OutgoingCalls;
  readonly #incoming: IncomingCalls;
  readonly #wakefulness = new Wakefulness();
  readonly #pongs = new Map<number, () => void>();
  #pings = 0;
  #lost = false;

  constructor(lane: Lane, options: SessionOptions) {
    this.#lane = lane;
    this.#options = options;
    this.#outbox = new Outbox(lane, this.#wakefulness);
    this.#loans = new Loans(this.#outbox);
    const hold = options.hold ?? ((wait) => wait);
    this.#standIns = new StandIns(this.#outbox, hold, {
      // Progress is often reported without waiting: that nobody hears any more must not end the process.
      call: (target, args, order) => quiet(hold(this.#callBack(target, args, order))),
      forget: (target) => this.#outgoing.forget(target),
    });
    this.#payloads = new Payloads(this.#outbox, options.sharedMemory, options.maxPayloadBytes);
    this.#values = new Values(this.#payloads, this.#loans, this.#standIns);
    this.#loans.values = this.#values;
    this.#standIns.values = this.#values;
    this.#outgoing = new OutgoingCalls(this.#outbox, this.#values);
    this.#incoming = new IncomingCalls(this.#outbox, this.#values, this.#loans, options.handler);
    this.#loans.onTakenBack = (reference) => this.#incoming.forget(reference);
    lane.listen({
      onFrame: (bytes) => this.#receive(bytes),
      onDrain: () => {
        this.#outbox.drained();
        options.onDrain?.();
      },
      onClose: (error) => this.#lose(error),
    });
  }

  /** Whether the peer keeps up: calls that are sent while it does not only lie in a buffer. */
  get writable(): boolean {
    return this.#outbox.writable && !this.#lost;
  }

  /** Calls that never reached the peer: known once it is gone. */
  get unsent(): ReadonlySet<number> {
    return this.#outbox.unsent;
  }

  /** How many things this side has lent to the other. */
  get lent(): number {
    return this.#loans.size;
  }

  /**
   * Sends a call; the sink hears of its end unless the session is lost before.
   *
   * @returns the call's id, for `cancel`
   * @throws IsolationError NOT_SERIALIZABLE naming the path; nothing is sent then
   */
  call(target: CallTarget, args: readonly unknown[], sink: CallSink, extras?: CallExtras): number {
    return this.#outgoing.send(target, args, sink, extras);
  }

  /** The caller settled by itself: the callee's signal fires, and what it answers is dropped. */
  cancel(id: number): void {
    if (!this.#lost) this.#outgoing.cancel(id);
  }

  /** Resolves when the peer's event loop has answered; never, when the session is lost. */
  ping(): Promise<void> {
    this.#pings += 1;
    const number = this.#pings;
    this.#outbox.ping(number);
    return new Promise((resolve) => this.#pongs.set(number, resolve));
  }

  /** Resolves when the peer consumes no stream of this side any more. */
  streamsOver(): Promise<void> {
    return this.#loans.streamsOver();
  }

  /** Resolves when nobody on this side reads a stream of the peer any more. */
  streamsRead(): Promise<void> {
    return this.#standIns.streamsRead();
  }

  /** How many streams of the peer somebody on this side has not read to their end. */
  get openStreams(): number {
    return this.#standIns.openStreams;
  }

  /** Sends what is waiting to be sent, now. */
  flush(): void {
    if (!this.#lost) this.#outbox.flush();
  }

  /** Resolves when what was sent has left this process. */
  flushed(): Promise<void> {
    return this.#lost ? Promise.resolve() : this.#lane.flushed();
  }

  /** Ends the session; whatever comes out of it still (streams, callbacks, signals) fails with the error. */
  close(error: unknown): void {
    this.#lost = true;
    this.#lane.close();
    this.#loans.abandonStreams();
    this.#incoming.lose();
    this.#outgoing.lose(error);
    this.#standIns.lose(error);
    this.#loans.takeBackAll();
    this.#payloads.close();
  }

  #lose(error: IsolationError | undefined): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#lane.close(error);
    this.#options.onLost(error);
  }

  #callBack(target: CallTarget, args: unknown[], order: Scope | undefined): Promise<unknown> {
    if (this.#lost) return Promise.reject(new IsolationError("STOPPED", "the process that lent it is gone"));
    const callSite = currentCallSite(this.#callBack);
    return new Promise<unknown>((resolve, reject) => {
      this.#outgoing.send(target, args, { resolve, reject, callSite, lost: reject }, undefined, order);
    });
  }

  #receive(bytes: Buffer): void {
    if (this.#lost) return;
    this.#wakefulness.heard();
    try {
      this.#handle(decodeFrame(bytes));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#lose(
        new IsolationError("PROTOCOL", `the peer sent a frame that cannot be understood: ${reason}`, { cause: error }),
      );
    }
  }

  /** The order is part of the contract: see SessionFrame. */
  #handle(frame: SessionFrame): void {
    for (const chunk of frame.chunks) this.#payloads.chunk(chunk);
    for (const introduction of frame.introductions) this.#incoming.introduce(introduction.handle, introduction);
    if (frame.callIds.length > 0) this.#handleCalls(frame);
    for (const id of frame.cancels) this.#incoming.cancel(id);
    for (const stream of frame.streamResumes) this.#standIns.resume(stream);
    if (frame.itemStreams.length > 0) this.#handleItems(frame);
    for (const { stream, error } of frame.streamEnds) this.#standIns.streamEnd(stream, this.#toFailure(error));
    for (const { signal, reason } of frame.aborts) this.#standIns.abort(signal, this.#toFailure(reason)?.error);
    if (frame.resultIds.length > 0) this.#handleResults(frame);
    for (const id of frame.voidIds) this.#outgoing.result(id, undefined);
    for (const settlement of frame.settlements) this.#outgoing.settle(settlement);
    for (const { stream, items } of frame.streamDemands) this.#loans.demand(stream, items);
    for (const { stream, error } of frame.streamCloses) this.#loans.closeStream(stream, this.#toFailure(error));
    for (const reference of frame.releases) this.#loans.release(reference);
    for (const segment of frame.segmentsRead) this.#payloads.segmentRead(segment);
    if (frame.ping !== 0) this.#outbox.pong(frame.ping);
    if (frame.pong !== 0) this.#handlePong(frame.pong);
  }

  #handleCalls({ callIds, callHandles, callArgs, callDetails }: SessionFrame): void {
    const args = parseColumn(callArgs, callIds.length);
    let next = 0;
    for (let index = 0; index < callIds.length; index += 1) {
      const id = callIds[index] as number;
      const handle = callHandles[index] as number;
      const details = callDetails[next];
      if (details?.index !== index) {
        this.#incoming.run(id, handle, toArguments(args[index]), undefined);
        continue;
      }
      next += 1;
      try {
        const scope = details.args === undefined ? undefined : new Scope();
        const values = details.args === undefined ? args[index] : this.#values.decode(details.args, scope);
        this.#incoming.run(id, handle, toArguments(values), { ...details, scope } satisfies IncomingDetails);
      } catch (error) {
        this.#incoming.refuse(id, error);
      }
    }
  }

  #handleItems({ itemStreams, items, itemPayloads }: SessionFrame): void {
    const values = parseColumn(items, itemStreams.length);
    for (const { index, value } of itemPayloads) {
      values[index] = value === undefined ? undefined : this.#values.decode(value, undefined);
    }
    const payloads = itemPayloads.reduce((sum, { value }) => sum + (value?.place?.value.length ?? 0), 0);
    const share = (items.length + payloads) / itemStreams.length;
    for (const [index, stream] of itemStreams.entries()) this.#standIns.item(stream, values[index], share);
  }

  #handleResults({ resultIds, results }: SessionFrame): void {
    const values = parseColumn(results, resultIds.length);
    for (let index = 0; index < resultIds.length; index += 1) {
      this.#outgoing.result(resultIds[index] as number, values[index]);
    }
  }

  #toFailure(payload: Payload | undefined): { error: unknown } | undefined {
    return payload === undefined ? undefined : { error: this.#values.decodeError(payload) };
  }

  #handlePong(number: number): void {
    this.#pongs.get(number)?.();
    this.#pongs.delete(number);
  }
}

function parseColumn(text: string, length: number): unknown[] {
  const values: unknown = JSON.parse(text);
  if (Array.isArray(values) && values.length === length) return values;
  throw new TypeError(`a column should have ${length} elements`);
}

function toArguments(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError("the arguments of a call are no array");
}
