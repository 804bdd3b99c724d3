import type { Payload, Settlement } from "../contract/index.js";
import { type CallExtras, toDetails } from "./call-extras.js";
import type { FrameDraft } from "./frame-draft.js";
import type { FrameSender } from "./frame-sender.js";

/** All that one side can say. Each word goes into the next frame. */
export class Outbox {
  readonly #sender: FrameSender;
  readonly #draft: FrameDraft;

  constructor(sender: FrameSender) {
    this.#sender = sender;
    this.#draft = sender.draft;
  }

  introduce(handle: number, target: { module: string; method: string; reference: number }): void {
    this.#draft.frame.introductions.push({ handle, ...target });
    this.#addedMore(target.module.length + target.method.length);
  }

  /** A call whose arguments nobody can change any more; `length` is how many characters or bytes they take, roughly. */
  call(id: number, handle: number, args: readonly unknown[] | null, length: number, extras?: CallExtras): void {
    this.#beginCall(id, handle, extras);
    this.#draft.args.add(args);
    this.#sender.added(length);
  }

  /** A call whose arguments are JSON text already. */
  callWithText(id: number, handle: number, args: string, extras?: CallExtras): void {
    this.#beginCall(id, handle, extras);
    this.#draft.args.addText(args);
    this.#sender.added(args.length);
  }

  cancel(id: number): void {
    this.#draft.frame.cancels.push(id);
    this.#addedMore(0);
  }

  item(stream: number, value: unknown): void {
    this.#draft.frame.itemStreams.push(stream);
    this.#draft.items.add(value);
    this.#sender.added(typeof value === "string" ? value.length : 0);
  }

  itemWithText(stream: number, text: string): void {
    this.#draft.frame.itemStreams.push(stream);
    this.#draft.items.addText(text);
    this.#sender.added(text.length);
  }

  /** @param bytes what it takes on its way, roughly, also out of band */
  itemWithPayload(stream: number, value: Payload, bytes: number): void {
    this.#draft.frame.itemPayloads.push({ index: this.#draft.frame.itemStreams.length, value });
    this.#draft.frame.itemStreams.push(stream);
    this.#draft.items.add(null);
    this.#addedMore(bytes);
  }

  streamEnd(stream: number, error: Payload | undefined): void {
    this.#draft.hasAnswers = true;
    this.#draft.frame.streamEnds.push({ stream, error });
    this.#addedMore(sizeOf(error));
  }

  abort(signal: number, reason: Payload | undefined): void {
    this.#draft.frame.aborts.push({ signal, reason });
    this.#addedMore(sizeOf(reason));
  }

  /** A result that nobody can change any more. */
  result(id: number, value: unknown): void {
    this.#draft.hasAnswers = true;
    this.#draft.frame.resultIds.push(id);
    this.#draft.results.add(value);
    this.#sender.added(typeof value === "string" ? value.length : 0);
  }

  resultWithText(id: number, text: string): void {
    this.#draft.hasAnswers = true;
    this.#draft.frame.resultIds.push(id);
    this.#draft.results.addText(text);
    this.#sender.added(text.length);
  }

  voidResult(id: number): void {
    this.#draft.hasAnswers = true;
    this.#draft.frame.voidIds.push(id);
    this.#sender.added(0);
  }

  /** @param bytes what it takes on its way, roughly, also out of band */
  settlement(id: number, outcome: NonNullable<Settlement["outcome"]>, bytes: number): void {
    this.#draft.hasAnswers = true;
    this.#draft.frame.settlements.push({ id, outcome });
    this.#addedMore(bytes);
  }

  demand(stream: number, items: number): void {
    this.#draft.frame.streamDemands.push({ stream, items });
    this.#addedMore(0);
  }

  closeStream(stream: number, error: Payload | undefined): void {
    this.#draft.frame.streamCloses.push({ stream, error });
    this.#addedMore(sizeOf(error));
  }

  release(reference: number): void {
    this.#draft.frame.releases.push(reference);
    this.#addedMore(0);
  }

  releaseHandle(handle: number): void {
    this.#draft.frame.handleReleases.push(handle);
    this.#addedMore(0);
  }

  segmentRead(segment: number): void {
    this.#draft.hasAnswers = true;
    this.#draft.frame.segmentsRead.push(segment);
    this.#addedMore(0);
  }

  chunk(payload: number, data: Uint8Array): void {
    this.#draft.hasMore = true;
    this.#draft.frame.chunks.push({ payload, data: data as Buffer, dropped: false });
    this.#draft.entries += 1;
  }

  dropChunks(payload: number): void {
    this.#draft.frame.chunks.push({ payload, data: Buffer.alloc(0), dropped: true });
    this.#addedMore(0);
  }

  /** What was sent of the stream before is void. Sends that first: a frame has its items all together. */
  resumeStream(stream: number): void {
    this.#sender.send();
    this.#draft.frame.streamResumes.push(stream);
    this.#addedMore(0);
  }

  ping(number: number): void {
    this.#draft.frame.ping = number;
    this.#addedMore(0);
  }

  pong(number: number): void {
    this.#draft.hasAnswers = true;
    this.#draft.frame.pong = number;
    this.#addedMore(0);
  }

  #beginCall(id: number, handle: number, extras: CallExtras | undefined): void {
    const { callIds, callHandles, callDetails } = this.#draft.frame;
    if (extras !== undefined) {
      this.#draft.hasMore = true;
      callDetails.push(toDetails(extras, callIds.length));
      if (extras.trace !== undefined) this.#countTrace(extras.trace);
    }
    callIds.push(id);
    callHandles.push(handle);
  }

  #countTrace(trace: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(trace)) {
      this.#draft.entries += 1;
      this.#draft.text += name.length + value.length;
    }
  }

  /** Something beyond the columns is in the draft. */
  #addedMore(length: number): void {
    this.#draft.hasMore = true;
    this.#sender.added(length);
  }
}

function sizeOf(payload: Payload | undefined): number {
  return payload?.form?.value.length ?? 0;
}
