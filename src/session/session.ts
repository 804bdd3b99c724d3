import { IsolationError } from "../errors/index.js";
import { Account } from "./account.js";
import type { Budget } from "./budget.js";
import type { CallExtras } from "./call-extras.js";
import { currentCallSite } from "./call-site.js";
import type { CallHandler, CallSink, CallTarget } from "./call-target.js";
import { decodeFrame } from "./frame-decoder.js";
import { FrameHandler } from "./frame-handler.js";
import { FrameSender } from "./frame-sender.js";
import { IncomingCalls } from "./incoming-calls.js";
import { IncomingHandles } from "./incoming-handles.js";
import type { Lane } from "./lane.js";
import { Loans } from "./loans.js";
import { OutOfBand, type SharedMemory } from "./out-of-band.js";
import { Outbox } from "./outbox.js";
import { OutgoingCalls } from "./outgoing-calls.js";
import { Payloads } from "./payloads.js";
import { PromisedAnswer } from "./promised-answer.js";
import { quiet } from "./quiet.js";
import type { Scope } from "./scope.js";
import { StandIns } from "./stand-ins.js";
import type { Hold } from "./stream-stand-ins.js";
import type { Taken } from "./taken.js";
import { UnsentAnswers } from "./unsent-answers.js";
import { Values } from "./values.js";
import { Wakefulness } from "./wakefulness.js";

export interface SessionOptions {
  readonly handler: CallHandler;
  readonly sharedMemory?: SharedMemory | undefined;
  /** The lane is gone, or, with an error, the peer broke the contract. Called once; what was under way is not settled yet. */
  readonly onLost: (error: IsolationError | undefined) => void;
  /** The peer keeps up again. */
  readonly onDrain?: () => void;
  /** Bytes of one value that a call of this side asked for. Default 1 GiB. */
  readonly maxPayloadBytes?: number | undefined;
  /** What the peer may cost this side. Default: `BUDGET`. */
  readonly budget?: Budget | undefined;
  /** What the peer takes of this side; default: everything. */
  readonly takes?: Taken | undefined;
  /** Keeps the process alive while somebody waits for a stream or for what the peer has lent. Default: it does not. */
  readonly hold?: Hold;
}

/** The id of a call that was never sent. */
const NO_CALL = 0;

/** One end of a Session. Both ends are alike: either may call, lend, stream and cancel. */
export class Session {
  readonly #lane: Lane;
  readonly #options: SessionOptions;
  readonly #account: Account;
  readonly #sender: FrameSender;
  readonly #outbox: Outbox;
  readonly #loans: Loans;
  readonly #standIns: StandIns;
  readonly #outOfBand: OutOfBand;
  readonly #values: Values;
  readonly #outgoing: OutgoingCalls;
  readonly #incoming: IncomingCalls;
  readonly #frames: FrameHandler;
  readonly #wakefulness = new Wakefulness();
  readonly #pongs = new Map<number, () => void>();
  #pings = 0;
  #lost = false;
  /** What it was closed with, if it was. */
  #closed: { readonly error: unknown } | undefined;

  constructor(lane: Lane, options: SessionOptions) {
    this.#lane = lane;
    this.#options = options;
    this.#account = new Account(options.budget);
    const answers = new UnsentAnswers(lane, this.#account.budget.unsent);
    this.#sender = new FrameSender(lane, this.#wakefulness, answers);
    this.#outbox = new Outbox(this.#sender);
    this.#loans = new Loans(this.#outbox);
    const hold = options.hold ?? ((wait) => wait);
    this.#standIns = new StandIns(this.#outbox, this.#account, hold, {
      call: (target, args, order, standIn) => {
        const answer = this.#callBack(target, args, order, standIn);
        // Progress is often reported without waiting: that nobody hears any more must not end the process.
        quiet(hold(answer));
        return quiet(answer);
      },
      forget: (target) => this.#outgoing.forget(target),
      release: (target) => this.#outgoing.release(target),
    });
    this.#outOfBand = new OutOfBand(this.#outbox, this.#sender, this.#account, options.sharedMemory);
    const payloads = new Payloads(this.#account, this.#outOfBand, options.maxPayloadBytes);
    this.#values = new Values(payloads, this.#loans, this.#standIns, options.takes);
    this.#loans.values = this.#values;
    this.#standIns.values = this.#values;
    this.#outgoing = new OutgoingCalls(this.#outbox, this.#values, options.takes);
    const handles = new IncomingHandles(this.#account, this.#loans, options.handler);
    this.#incoming = new IncomingCalls(this.#outbox, this.#account, this.#values, handles, options.handler);
    this.#loans.onTakenBack = (reference) => handles.forget(reference);
    this.#frames = new FrameHandler({
      account: this.#account,
      outbox: this.#outbox,
      loans: this.#loans,
      standIns: this.#standIns,
      outOfBand: this.#outOfBand,
      values: this.#values,
      outgoing: this.#outgoing,
      incoming: this.#incoming,
      handles,
      onPong: (number) => this.#handlePong(number),
    });
    lane.listen({
      onFrame: (bytes) => this.#receive(bytes),
      onDrain: () => {
        this.#sender.drained();
        options.onDrain?.();
      },
      onClose: (error) => this.#lose(error),
    });
  }

  /** Whether the peer keeps up: calls that are sent while it does not only lie in a buffer. */
  get writable(): boolean {
    return this.#sender.writable && !this.#lost;
  }

  /** Whether anybody waits for the peer: for the answer to a call or to a request, or for an item of a stream. */
  get isAwaited(): boolean {
    return this.#outgoing.areAwaited || this.#standIns.areAwaited;
  }

  /** Calls that never reached the peer: known once it is gone. */
  get unsent(): ReadonlySet<number> {
    return this.#sender.unsent;
  }

  /** How many things this side has lent to the other. */
  get lent(): number {
    return this.#loans.size;
  }

  /**
   * Sends a call; the sink hears of its end unless the session is lost before. One that is made when the session is closed is
   * lost at once.
   *
   * @returns the call's id, for `cancel`
   * @throws IsolationError NOT_SERIALIZABLE naming the path; nothing is sent then
   */
  call(target: CallTarget, args: readonly unknown[], sink: CallSink, extras?: CallExtras): number {
    if (this.#closed === undefined) return this.#outgoing.send(target, args, sink, extras);
    sink.lost?.(this.#closed.error);
    return NO_CALL;
  }

  /** The caller settled by itself: the callee's signal fires, and what it answers is dropped. */
  cancel(id: number, reason?: unknown): void {
    if (!this.#lost) this.#outgoing.cancel(id, reason);
  }

  /** Resolves when the peer's event loop has answered; never, when the session is lost. */
  ping(): Promise<void> {
    this.#pings += 1;
    const number = this.#pings;
    this.#outbox.ping(number);
    return new Promise((resolve) => this.#pongs.set(number, resolve));
  }

  /** This process is to end: the signals of the peer's calls fire, and their answers are still sent. */
  drain(reason: IsolationError): void {
    this.#incoming.drain(reason);
  }

  /** Resolves when the peer consumes no stream of this side any more. */
  streamsOver(): Promise<void> {
    return this.#loans.streamsOver();
  }

  /** Resolves when nobody on this side reads a stream of the peer any more. */
  streamsRead(): Promise<void> {
    return this.#standIns.streamsRead();
  }

  /** Resolves when one more of them is not read any more; at once where there is none. */
  streamRead(): Promise<void> {
    return this.#standIns.streamRead();
  }

  /** How many streams of the peer somebody on this side has not read to their end. */
  get openStreams(): number {
    return this.#standIns.openStreams;
  }

  /** Resolves when no payload of this side is on its way in parts any more; what refers to it is about to be sent. */
  uploaded(): Promise<void> {
    return this.#outOfBand.uploaded();
  }

  /** Sends what is waiting to be sent, now. */
  flush(): void {
    if (!this.#lost) this.#sender.flush();
  }

  /** Resolves when what was sent has left this process. */
  flushed(): Promise<void> {
    return this.#lost ? Promise.resolve() : this.#lane.flushed();
  }

  /** Ends the session; whatever comes out of it still (streams, callbacks, signals) fails with the error. */
  close(error: unknown): void {
    this.#closed ??= { error };
    this.#lost = true;
    this.#lane.close();
    this.#loans.abandonStreams(error);
    this.#incoming.lose();
    this.#outgoing.lose(error);
    this.#standIns.lose(error);
    this.#loans.takeBackAll(error);
    this.#outOfBand.close();
    this.#pongs.clear();
  }

  #lose(error: IsolationError | undefined): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#lane.close(error);
    this.#outOfBand.forgetChunks();
    if (error !== undefined) this.#standIns.dropItems();
    this.#options.onLost(error);
  }

  #callBack(target: CallTarget, args: unknown[], order: Scope | undefined, standIn: object): Promise<unknown> {
    const answer = new PromisedAnswer();
    const { promise, resolve, reject } = answer;
    if (this.#lost) {
      reject(new IsolationError("STOPPED", "the process that lent it is gone"));
      return promise;
    }
    const callSite = currentCallSite(this.#callBack);
    try {
      this.#outgoing.send(target, args, { resolve, reject, callSite, lost: reject, standIn }, undefined, order);
    } catch (error) {
      reject(error);
    }
    return promise;
  }

  #receive(bytes: Buffer): void {
    if (this.#lost) return;
    this.#wakefulness.heard();
    const account = this.#account;
    account.beginFrame();
    try {
      this.#frames.handle(decodeFrame(bytes, account.budget.entries));
    } catch (error) {
      this.#lose(account.breach ?? brokenBy(error));
    }
    // Whoever caught it made an answer of it.
    if (account.breach !== undefined) this.#lose(account.breach);
  }

  #handlePong(number: number): void {
    this.#pongs.get(number)?.();
    this.#pongs.delete(number);
  }
}

function brokenBy(error: unknown): IsolationError {
  const reason = error instanceof Error ? error.message : String(error);
  return new IsolationError("PROTOCOL", `the peer sent a frame that cannot be understood: ${reason}`, { cause: error });
}
