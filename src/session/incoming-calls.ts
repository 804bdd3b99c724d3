import { IsolationError } from "../errors/index.js";
import type { Account } from "./account.js";
import { ANSWERED_LATER, type CallHandler } from "./call-target.js";
import { columnTextOf, isColumnPrimitive } from "./column-text.js";
import type { IncomingHandles } from "./incoming-handles.js";
import type { Outbox } from "./outbox.js";
import type { ReadyPayload } from "./payloads.js";
import { PeerIds } from "./peer-ids.js";
import { type CallAnswerer, RunningCall } from "./running-call.js";
import type { Values } from "./values.js";

/** What a call costs beside its arguments, in bytes, roughly. */
const CALL_COST = 768;

/** The calls of the other side: runs them, and sends what they come to. */
export class IncomingCalls implements CallAnswerer {
  readonly #outbox: Outbox;
  readonly #account: Account;
  readonly #values: Values;
  readonly #handler: CallHandler;
  readonly #handles: IncomingHandles;
  readonly #running = new PeerIds<RunningCall>();

  constructor(outbox: Outbox, account: Account, values: Values, handles: IncomingHandles, handler: CallHandler) {
    this.#outbox = outbox;
    this.#account = account;
    this.#values = values;
    this.#handles = handles;
    this.#handler = handler;
  }

  /**
   * Runs a call: what goes wrong is the call's answer.
   *
   * @param cost what the arguments keep, in bytes, as estimated
   * @throws IsolationError PROTOCOL when there are too many, or the handle stands for nothing
   */
  run(call: RunningCall, handle: number, args: readonly unknown[], cost: number): void {
    if (!this.#handles.isKnown(handle)) {
      throw new IsolationError("PROTOCOL", `the peer called the handle ${handle}, which it never introduced`);
    }
    this.#account.hold(CALL_COST + cost);
    call.cost = CALL_COST + cost;
    call.answerer = this;
    this.#running.set(call.id, call);
    const context = this.#handles.contextOf(handle);
    if (context === undefined) this.#begin(call, handle, args);
    else context(() => this.#begin(call, handle, args));
  }

  /** Answers a call that could not even begin. */
  refuse(id: number, error: unknown): void {
    const call = new RunningCall(id);
    this.#running.set(id, call);
    this.fail(call, error);
  }

  /** Nobody waits for the call any more. It runs on until it heeds its signal; then the caller hears that it has ended. */
  cancel(id: number): void {
    const call = this.#running.get(id);
    if (call === undefined || call.isCancelled) return;
    call.isCancelled = true;
    call.abort(notWaitedFor());
    if (call.dropAnswer === undefined) return;
    call.dropAnswer();
    this.#acknowledge(call);
  }

  /** This process is to end: the signals of the calls that run say so. Their answers are waited for as ever. */
  drain(reason: IsolationError): void {
    for (const call of this.#running.values()) call.abort(reason);
  }

  /** The caller is gone. */
  lose(): void {
    // One for all: an error costs more than everything else here, and there may be many calls.
    const reason = notWaitedFor();
    const calls = this.#running.values();
    this.#running.clear();
    // The session outlives its peer, as a part of the last generation.
    this.#handles.clear();
    for (const call of calls) {
      call.abort(reason);
      call.dropAnswer?.();
      call.scope?.end();
    }
  }

  succeed(call: RunningCall, value: unknown): void {
    const { id, scope } = call;
    this.#releaseArguments(call);
    if (this.#running.get(id) !== call) {
      // The caller is gone.
      scope?.end();
    } else if (call.isCancelled) this.#acknowledge(call);
    else if (scope === undefined && (value === undefined || isColumnPrimitive(value))) {
      this.#running.delete(id);
      this.#sendPrimitive(id, value);
    } else if (value === undefined || isColumnPrimitive(value)) {
      this.#conclude(call, undefined, () => this.#sendPrimitive(id, value));
    } else {
      const text = columnTextOf(value);
      if (text === undefined) this.#succeedWithPayload(call, value);
      else this.#conclude(call, undefined, () => this.#outbox.resultWithText(id, text));
    }
  }

  fail(call: RunningCall, error: unknown): void {
    this.#releaseArguments(call);
    if (this.#running.get(call.id) !== call) call.scope?.end();
    else if (call.isCancelled) this.#acknowledge(call);
    else this.#settle(call, "error", this.#values.encodeError(error));
  }

  /** A call that was cancelled has ended. */
  #acknowledge({ id, scope }: RunningCall): void {
    this.#running.delete(id);
    scope?.end();
    this.#outbox.voidResult(id);
  }

  #begin(call: RunningCall, handle: number, args: readonly unknown[]): void {
    try {
      this.#answer(call, this.#handler.run(this.#handles.calleeOf(handle), args, call));
    } catch (error) {
      this.fail(call, error);
    }
  }

  #answer(call: RunningCall, outcome: unknown): void {
    if (outcome === ANSWERED_LATER) return;
    if (isThenable(outcome)) {
      outcome.then(
        (value) => this.succeed(call, value),
        (error: unknown) => this.fail(call, error),
      );
    } else this.succeed(call, outcome);
  }

  /** What a call was given may be needed until its function has returned, also when nobody waits for it any more. */
  #releaseArguments(call: RunningCall): void {
    this.#account.release(call.cost);
    call.cost = 0;
  }

  #sendPrimitive(id: number, value: unknown): void {
    if (value === undefined) this.#outbox.voidResult(id);
    else this.#outbox.result(id, value);
  }

  #succeedWithPayload(call: RunningCall, value: unknown): void {
    try {
      const { ready, streamsOver } = this.#values.encodeResult(value);
      this.#settle(call, "value", ready, streamsOver);
    } catch (error) {
      this.fail(call, error);
    }
  }

  #settle(call: RunningCall, $case: "value" | "error", ready: ReadyPayload, streamsOver?: Promise<void>): void {
    const send = (): void => this.#outbox.settlement(call.id, { $case, value: ready.payload }, ready.bytes);
    this.#conclude(call, ready.sent, send, { drop: ready.drop, streamsOver });
  }

  /**
   * Sends the answer, in the order of what the call has sent before, and ends what the call was lent.
   *
   * @param sent resolves when parts of the answer that go ahead of it have left
   */
  #conclude(call: RunningCall, sent: Promise<void> | undefined, send: () => void, payload?: PayloadHandling): void {
    const { scope } = call;
    const conclude = (): void => {
      const isLost = this.#running.get(call.id) !== call;
      if (isLost) payload?.drop();
      else {
        this.#running.delete(call.id);
        send();
      }
      // A stream that is made of the arguments needs them for as long as it is read.
      if (isLost || payload?.streamsOver === undefined) scope?.end();
      else void payload.streamsOver.then(() => scope?.end());
    };
    if (sent !== undefined) {
      call.dropAnswer = () => {
        payload?.drop();
        scope?.end();
      };
    }
    if (scope !== undefined) scope.inOrder(sent, conclude);
    else if (sent === undefined) conclude();
    else void sent.then(conclude);
  }
}

function notWaitedFor(): IsolationError {
  return new IsolationError("CANCELLED", "the caller does not wait for this call any more");
}

/** What an answer has that goes as a payload. */
interface PayloadHandling {
  readonly drop: () => void;
  readonly streamsOver: Promise<void> | undefined;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
