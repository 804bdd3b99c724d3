import type { CallDetails, Payload, Settlement } from "../contract/index.js";
import { emptyFrame } from "./frame-decoder.js";
import { encodeFrame } from "./frame-encoder.js";
import { JsonColumn } from "./json-column.js";
import type { Lane } from "./lane.js";
import type { UnsentAnswers } from "./unsent-answers.js";
import type { Wakefulness } from "./wakefulness.js";

/**
 * How many values the first frame of a turn takes before it leaves, so that the peer begins while we still collect: two
 * processes that wait for each other in turn use half of what two processors can do. Each further frame of the turn takes
 * twice as many, because a frame costs as much as some dozens of values.
 */
const FIRST_FRAME_ENTRIES = 16;
const LARGEST_FRAME_ENTRIES = 256;

/**
 * How long the texts of one frame may become together, in characters, for the same reason. What is out of band counts, too:
 * the peer decodes a frame in one go.
 */
const FRAME_TEXT = 256 * 1024;

/** What a call may have beyond its columns. */
export type CallExtras = Partial<Omit<CallDetails, "index">>;

/**
 * Collects what one side has to say and sends it as one frame when the present turn of the event loop is over: after
 * every promise that could add to it has run, and before the loop waits. A lone call is never held back for company.
 */
export class Outbox {
  readonly #lane: Lane;
  readonly #wakefulness: Wakefulness;
  readonly #answers: UnsentAnswers;
  #frame = emptyFrame();
  readonly #args = new JsonColumn();
  readonly #items = new JsonColumn();
  readonly #results = new JsonColumn();
  #entries = 0;
  /** How many entries the frame takes before it leaves. */
  #capacity = FIRST_FRAME_ENTRIES;
  /** Whether anything in the frame answers the peer. */
  #hasAnswers = false;
  /** Whether the frame has anything but columns. */
  #hasMore = false;
  #text = 0;
  #scheduled = false;
  #writable = true;
  readonly #unsent = new Set<number>();
  #beforeFlush: (() => boolean) | undefined;
  readonly #flushNow = (): void => this.flush();

  constructor(lane: Lane, wakefulness: Wakefulness, answers: UnsentAnswers) {
    this.#lane = lane;
    this.#answers = answers;
    this.#wakefulness = wakefulness;
  }

  /** Whether the peer keeps up with what was sent. */
  get writable(): boolean {
    return this.#writable;
  }

  /** Calls that never reached the peer, as is certain since it is gone. */
  get unsent(): ReadonlySet<number> {
    return this.#unsent;
  }

  /** The lane is ready for more. */
  drained(): void {
    this.#writable = true;
    this.schedule();
  }

  /** Is asked before every frame to add what should go with it, and says whether it has more for the next one. */
  set beforeFlush(add: () => boolean) {
    this.#beforeFlush = add;
  }

  introduce(handle: number, target: { module: string; method: string; reference: number }): void {
    this.#hasMore = true;
    this.#frame.introductions.push({ handle, ...target });
    this.#addedText(target.module.length + target.method.length);
  }

  /** A call whose arguments nobody can change any more; `length` is how many characters or bytes they take, roughly. */
  call(id: number, handle: number, args: readonly unknown[] | null, length: number, details?: CallExtras): void {
    this.#beginCall(id, handle, details);
    this.#args.add(args);
    this.#addedText(length);
  }

  /** A call whose arguments are JSON text already. */
  callWithText(id: number, handle: number, args: string, details?: CallExtras): void {
    this.#beginCall(id, handle, details);
    this.#args.addText(args);
    this.#addedText(args.length);
  }

  cancel(id: number): void {
    this.#hasMore = true;
    this.#frame.cancels.push(id);
    this.#added();
  }

  item(stream: number, value: unknown): void {
    this.#frame.itemStreams.push(stream);
    this.#items.add(value);
    this.#addedText(typeof value === "string" ? value.length : 0);
  }

  itemWithText(stream: number, text: string): void {
    this.#frame.itemStreams.push(stream);
    this.#items.addText(text);
    this.#addedText(text.length);
  }

  /** @param bytes what it takes on its way, roughly, also out of band */
  itemWithPayload(stream: number, value: Payload, bytes: number): void {
    this.#hasMore = true;
    this.#frame.itemPayloads.push({ index: this.#frame.itemStreams.length, value });
    this.#frame.itemStreams.push(stream);
    this.#items.add(null);
    this.#addedText(bytes);
  }

  streamEnd(stream: number, error: Payload | undefined): void {
    this.#hasMore = true;
    this.#hasAnswers = true;
    this.#frame.streamEnds.push({ stream, error });
    this.#addedText(sizeOf(error));
  }

  abort(signal: number, reason: Payload | undefined): void {
    this.#hasMore = true;
    this.#frame.aborts.push({ signal, reason });
    this.#addedText(sizeOf(reason));
  }

  /** A result that nobody can change any more. */
  result(id: number, value: unknown): void {
    this.#hasAnswers = true;
    this.#frame.resultIds.push(id);
    this.#results.add(value);
    this.#addedText(typeof value === "string" ? value.length : 0);
  }

  resultWithText(id: number, text: string): void {
    this.#hasAnswers = true;
    this.#frame.resultIds.push(id);
    this.#results.addText(text);
    this.#addedText(text.length);
  }

  voidResult(id: number): void {
    this.#hasAnswers = true;
    this.#frame.voidIds.push(id);
    this.#added();
  }

  /** @param bytes what it takes on its way, roughly, also out of band */
  settlement(id: number, outcome: NonNullable<Settlement["outcome"]>, bytes: number): void {
    this.#hasMore = true;
    this.#hasAnswers = true;
    this.#frame.settlements.push({ id, outcome });
    this.#addedText(bytes);
  }

  demand(stream: number, items: number): void {
    this.#hasMore = true;
    this.#frame.streamDemands.push({ stream, items });
    this.#added();
  }

  closeStream(stream: number, error: Payload | undefined): void {
    this.#hasMore = true;
    this.#frame.streamCloses.push({ stream, error });
    this.#addedText(sizeOf(error));
  }

  release(reference: number): void {
    this.#hasMore = true;
    this.#frame.releases.push(reference);
    this.#added();
  }

  releaseHandle(handle: number): void {
    this.#hasMore = true;
    this.#frame.handleReleases.push(handle);
    this.#added();
  }

  segmentRead(segment: number): void {
    this.#hasMore = true;
    this.#hasAnswers = true;
    this.#frame.segmentsRead.push(segment);
    this.#added();
  }

  chunk(payload: number, data: Uint8Array): void {
    this.#hasMore = true;
    this.#frame.chunks.push({ payload, data: data as Buffer, dropped: false });
    this.#entries += 1;
  }

  dropChunks(payload: number): void {
    this.#hasMore = true;
    this.#frame.chunks.push({ payload, data: Buffer.alloc(0), dropped: true });
    this.#added();
  }

  /** What was sent of the stream before is void. Sends that first: a frame has its items all together. */
  resumeStream(stream: number): void {
    this.#send();
    this.#hasMore = true;
    this.#frame.streamResumes.push(stream);
    this.#added();
  }

  ping(number: number): void {
    this.#hasMore = true;
    this.#frame.ping = number;
    this.#added();
  }

  pong(number: number): void {
    this.#hasMore = true;
    this.#hasAnswers = true;
    this.#frame.pong = number;
    this.#added();
  }

  /** Makes sure that a frame leaves at the end of this turn. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Runs when the queue of promise jobs is empty: whatever the values of this turn lead to is in the same frame.
    process.nextTick(this.#flushNow);
  }

  /** Sends what there is. */
  flush(): void {
    this.#scheduled = false;
    this.#capacity = FIRST_FRAME_ENTRIES;
    const more = this.#writable && this.#beforeFlush?.() === true;
    if (this.#entries > 0) this.#send();
    // Not at once: smaller messages get their turn between two parts of a large one.
    if (more && this.#writable) setImmediate(() => this.schedule());
  }

  #beginCall(id: number, handle: number, details: CallExtras | undefined): void {
    const { callIds, callHandles, callDetails } = this.#frame;
    if (details !== undefined) {
      this.#hasMore = true;
      callDetails.push({ ...NO_EXTRAS, ...details, index: callIds.length });
      if (details.trace !== undefined) this.#countTrace(details.trace);
    }
    callIds.push(id);
    callHandles.push(handle);
  }

  #countTrace(trace: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(trace)) {
      this.#entries += 1;
      this.#text += name.length + value.length;
    }
  }

  #added(): void {
    this.#entries += 1;
    this.schedule();
    if (this.#entries < this.#capacity) return;
    this.#send();
    this.#capacity = Math.min(2 * this.#capacity, LARGEST_FRAME_ENTRIES);
  }

  #addedText(length: number): void {
    this.#text += length;
    this.#added();
    if (this.#text >= FRAME_TEXT) this.#send();
  }

  #send(): void {
    const frame = this.#frame;
    frame.callArgs = this.#args.take();
    frame.items = this.#items.take();
    frame.results = this.#results.take();
    this.#frame = emptyFrame();
    this.#entries = 0;
    this.#text = 0;
    const hasMore = this.#hasMore;
    this.#hasMore = false;
    this.#wakefulness.said();
    const message = encodeFrame(frame, hasMore);
    const answers = this.#hasAnswers ? message.length : 0;
    this.#hasAnswers = false;
    if (answers > 0) this.#answers.add(answers);
    const { callIds } = frame;
    this.#writable = this.#lane.send(message, (isLost) => {
      if (answers > 0) this.#answers.sent(answers);
      if (isLost) for (const id of callIds) this.#unsent.add(id);
    });
  }
}

const NO_EXTRAS = { args: undefined, attempt: 0, timeoutMs: 0, trace: {} };

function sizeOf(payload: Payload | undefined): number {
  return payload?.place?.value.length ?? 0;
}
