import { FrameDraft } from "./frame-draft.js";
import { encodeFrame } from "./frame-encoder.js";
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

const RESOLVED = Promise.resolve();

/**
 * Sends what was collected as one frame when the present turn of the event loop is over: after every promise that could
 * add to it has run, and before the loop waits; or sooner, when the frame is full. A lone call is never held back for
 * company.
 */
export class FrameSender {
  /** What the next frame takes along. Whoever adds an entry calls `added`. */
  readonly draft = new FrameDraft();
  readonly #lane: Lane;
  readonly #wakefulness: Wakefulness;
  readonly #answers: UnsentAnswers;
  /** How many entries the frame takes before it leaves. */
  #capacity = FIRST_FRAME_ENTRIES;
  #scheduled = false;
  #writable = true;
  readonly #unsent = new Set<number>();
  #beforeFlush: (() => boolean) | undefined;
  readonly #flushNow = (): void => this.flush();
  /** Runs when the queue of promise jobs is empty: whatever the values of this turn lead to is in the same frame. */
  readonly #tickWhenDone = (): void => process.nextTick(this.#flushNow);

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

  /** Is asked before every frame to add what should go with it, and says whether it has more for the next one. */
  set beforeFlush(add: () => boolean) {
    this.#beforeFlush = add;
  }

  /** An entry is in the draft; `length` is how many characters or bytes it takes on its way, roughly. */
  added(length: number): void {
    const { draft } = this;
    draft.text += length;
    draft.entries += 1;
    this.schedule();
    if (draft.entries >= this.#capacity) {
      this.send();
      this.#capacity = Math.min(2 * this.#capacity, LARGEST_FRAME_ENTRIES);
    } else if (draft.text >= FRAME_TEXT) this.send();
  }

  /** The lane is ready for more. */
  drained(): void {
    this.#writable = true;
    this.schedule();
  }

  /** Makes sure that a frame leaves at the end of this turn. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // A tick that was asked for outside of promise jobs would come before them, and what they add would need another frame.
    void RESOLVED.then(this.#tickWhenDone);
  }

  /** Sends what there is. */
  flush(): void {
    this.#scheduled = false;
    this.#capacity = FIRST_FRAME_ENTRIES;
    const more = this.#writable && this.#beforeFlush?.() === true;
    if (this.draft.entries > 0) this.send();
    // Not at once: smaller messages get their turn between two parts of a large one.
    if (more && this.#writable) setImmediate(() => this.schedule());
  }

  /** Sends the draft as it is, even when nothing is in it. */
  send(): void {
    const { hasAnswers, hasMore } = this.draft;
    const frame = this.draft.take();
    this.#wakefulness.said();
    const message = encodeFrame(frame, hasMore);
    const answers = hasAnswers ? message.length : 0;
    if (answers > 0) this.#answers.add(answers);
    const { callIds } = frame;
    this.#writable = this.#lane.send(message, (isLost) => {
      if (answers > 0) this.#answers.sent(answers);
      if (isLost) for (const id of callIds) this.#unsent.add(id);
    });
  }
}
