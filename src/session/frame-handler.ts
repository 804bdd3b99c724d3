import type { CallDetails, Payload, SessionFrame } from "../contract/index.js";
import type { Account } from "./account.js";
import { closeColumn, openColumn } from "./column.js";
import type { IncomingCalls } from "./incoming-calls.js";
import type { IncomingHandles } from "./incoming-handles.js";
import type { Loans } from "./loans.js";
import type { OutOfBand } from "./out-of-band.js";
import type { Outbox } from "./outbox.js";
import type { OutgoingCalls } from "./outgoing-calls.js";
import { RunningCall } from "./running-call.js";
import { Scope } from "./scope.js";
import type { StandIns } from "./stand-ins.js";
import type { Values } from "./values.js";

/** Results whose text is shorter cannot cost much, and are gone at once. */
const SMALL_RESULTS = 4 * 1024;

/** The parts of a session that hear of what is in a frame. */
export interface FrameListeners {
  readonly account: Account;
  readonly outbox: Outbox;
  readonly loans: Loans;
  readonly standIns: StandIns;
  readonly outOfBand: OutOfBand;
  readonly values: Values;
  readonly outgoing: OutgoingCalls;
  readonly incoming: IncomingCalls;
  readonly handles: IncomingHandles;
  readonly onPong: (number: number) => void;
}

/** Takes frames apart: who hears of what, in which order, and what it costs. */
export class FrameHandler {
  readonly #parts: FrameListeners;

  constructor(parts: FrameListeners) {
    this.#parts = parts;
  }

  /** The order is part of the contract: see SessionFrame. @throws Error when the frame breaks the contract */
  handle(frame: SessionFrame): void {
    for (const chunk of frame.chunks) this.#parts.outOfBand.chunk(chunk);
    for (const introduction of frame.introductions) this.#parts.handles.introduce(introduction.handle, introduction);
    if (frame.callIds.length > 0) this.#handleCalls(frame);
    for (const id of frame.cancels) this.#parts.incoming.cancel(id);
    for (const stream of frame.streamResumes) this.#parts.standIns.resume(stream);
    if (frame.itemStreams.length > 0) this.#handleItems(frame);
    for (const { stream, error } of frame.streamEnds) {
      const failure = this.#toFailure(error);
      this.#parts.standIns.streamEnd(stream, failure, this.#costOf(failure));
    }
    for (const { signal, reason } of frame.aborts) {
      const failure = this.#toFailure(reason);
      this.#parts.standIns.abort(signal, failure?.error, this.#costOf(failure));
    }
    if (frame.resultIds.length > 0) this.#handleResults(frame);
    for (const id of frame.voidIds) this.#parts.outgoing.result(id, undefined);
    for (const settlement of frame.settlements) this.#parts.outgoing.settle(settlement);
    for (const { stream, items } of frame.streamDemands) this.#parts.loans.demand(stream, items);
    for (const { stream, error } of frame.streamCloses) this.#parts.loans.closeStream(stream, this.#toFailure(error));
    for (const reference of frame.releases) this.#parts.loans.release(reference);
    for (const segment of frame.segmentsRead) this.#parts.outOfBand.segmentRead(segment);
    for (const handle of frame.handleReleases) this.#parts.handles.release(handle);
    if (frame.ping !== 0) this.#parts.outbox.pong(frame.ping);
    if (frame.pong !== 0) this.#parts.onPong(frame.pong);
  }

  #handleCalls({ callIds, callHandles, callArgs, callDetails }: SessionFrame): void {
    const column = openColumn(this.#parts.account, callArgs, callIds.length, 0);
    try {
      let next = 0;
      let arrivedAt = 0;
      for (let index = 0; index < callIds.length; index += 1) {
        const id = callIds[index] as number;
        const handle = callHandles[index] as number;
        const details = callDetails[next];
        if (details?.index !== index) {
          this.#parts.incoming.run(new RunningCall(id), handle, toArguments(column.values[index]), column.share);
          continue;
        }
        next += 1;
        // Asking for the time takes longer than the rest of a call.
        if (details.timeoutMs > 0) arrivedAt ||= Date.now();
        const deadline = details.timeoutMs > 0 ? arrivedAt + details.timeoutMs : undefined;
        if (details.args === undefined) {
          const call = new RunningCall(id, details, deadline);
          this.#parts.incoming.run(call, handle, toArguments(column.values[index]), column.share);
        } else this.#handleCallWithPayload(id, handle, details, details.args, deadline, column.share);
      }
    } finally {
      closeColumn(this.#parts.account, column);
    }
  }

  #handleCallWithPayload(
    id: number,
    handle: number,
    details: CallDetails,
    payload: Payload,
    deadline: number | undefined,
    share: number,
  ): void {
    const scope = new Scope();
    let args: readonly unknown[];
    try {
      args = toArguments(this.#parts.values.decode(payload, scope));
    } catch (error) {
      scope.end();
      this.#parts.incoming.refuse(id, error);
      return;
    }
    const call = new RunningCall(id, details, deadline, scope);
    this.#parts.incoming.run(call, handle, args, share + this.#parts.values.kept);
  }

  #handleItems({ itemStreams, items, itemPayloads }: SessionFrame): void {
    const column = openColumn(this.#parts.account, items, itemStreams.length, 0);
    try {
      let next = 0;
      for (const [index, stream] of itemStreams.entries()) {
        const payload = itemPayloads[next];
        if (payload?.index !== index) {
          this.#parts.standIns.item(stream, column.values[index], column.share);
          continue;
        }
        next += 1;
        const value = payload.value === undefined ? undefined : this.#parts.values.decode(payload.value, undefined);
        this.#parts.standIns.item(
          stream,
          value,
          column.share + (payload.value === undefined ? 0 : this.#parts.values.kept),
        );
      }
      if (next < itemPayloads.length) throw new TypeError("the payloads of items are not in the order of their items");
    } finally {
      closeColumn(this.#parts.account, column);
    }
  }

  #handleResults({ resultIds, results }: SessionFrame): void {
    const column = openColumn(this.#parts.account, results, resultIds.length, SMALL_RESULTS);
    try {
      for (let index = 0; index < resultIds.length; index += 1) {
        this.#parts.outgoing.result(resultIds[index] as number, column.values[index]);
      }
    } finally {
      closeColumn(this.#parts.account, column);
    }
  }

  #toFailure(payload: Payload | undefined): { error: unknown } | undefined {
    return payload === undefined ? undefined : { error: this.#parts.values.decodeError(payload) };
  }

  #costOf(failure: { error: unknown } | undefined): number {
    return failure === undefined ? 0 : this.#parts.values.kept;
  }
}

function toArguments(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError("the arguments of a call are no array");
}
