import { availableParallelism } from "node:os";

/** How long the event loop is kept from sleeping after a frame was sent, in milliseconds, unless one comes before. */
const AWAKE_MS = 0.2;

/** A frame that comes so soon after the one before it, in milliseconds, is a reply: sleep would be most of the wait. */
const BRISK_MS = 0.25;

/** How many chances are let go after several in vain, at most. */
const MOST_LET_GO = 4_096;

/** With a single processor the peer cannot go on while this side waits for it awake. */
const CAN_HELP = availableParallelism() > 1;

/**
 * Keeps the event loop awake between the frames of a brisk exchange. A process that sleeps has to be woken, which takes
 * the system longer than a small call takes both sides together, and costs the writer as much; so whoever has just said
 * something looks for the reply a fifth of a millisecond long before he goes to sleep, serving everything else as ever.
 * After a wait in vain the next chance is let go, then the next three, seven and so on: what takes longer to answer
 * costs next to nothing.
 */
export class Wakefulness {
  #lastFrameAt = 0;
  #isBrisk = false;
  /** Whether nothing came since a frame was sent. */
  #isWaiting = false;
  #awakeUntil = 0;
  #isTurning = false;
  #letGo = 0;
  #toLetGo = 0;
  readonly #now: () => number;
  readonly #turn = (): void => this.#goOnOrSleep();

  /** @param now the time in milliseconds */
  constructor(now = (): number => performance.now()) {
    this.#now = now;
  }

  /** A frame came. */
  heard(): void {
    const now = this.#now();
    this.#isBrisk = now - this.#lastFrameAt < BRISK_MS;
    this.#lastFrameAt = now;
    if (this.#isTurning && this.#isWaiting) this.#letGo = 0;
    this.#isWaiting = false;
  }

  /** A frame leaves. */
  said(): void {
    const now = this.#now();
    this.#lastFrameAt = now;
    if (!this.#isBrisk || !CAN_HELP) return;
    if (this.#toLetGo > 0) {
      this.#toLetGo -= 1;
      return;
    }
    this.#isWaiting = true;
    this.#awakeUntil = now + AWAKE_MS;
    if (this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(this.#turn);
  }

  #goOnOrSleep(): void {
    if (this.#isWaiting && this.#now() < this.#awakeUntil) {
      setImmediate(this.#turn);
      return;
    }
    this.#isTurning = false;
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#letGo = Math.min(2 * this.#letGo + 1, MOST_LET_GO);
    this.#toLetGo = this.#letGo;
  }
}
