/** How much is set aside for an answer of which only the beginning is there. */
const FIRST_BYTES = 4_096;

/** What the answers that are under way on one connection may take together. */
export class AnswerRoom {
  /** In bytes. */
  readonly size: number;
  #taken = 0;

  constructor(size: number) {
    this.size = size;
  }

  /** False where there is no room for so many bytes more. */
  take(bytes: number): boolean {
    if (this.#taken + bytes > this.size) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}

/** The bytes of one answer, as they come. */
export class AnswerBytes {
  readonly #room: AnswerRoom;
  #bytes = Buffer.alloc(0);
  #length = 0;

  constructor(room: AnswerRoom) {
    this.#room = room;
  }

  get length(): number {
    return this.#length;
  }

  /** Copies: a sender of single bytes would have us keep an object for each. False where there is no room for it. */
  add(part: Buffer): boolean {
    const needed = this.#length + part.length;
    if (needed > this.#bytes.length) {
      const size = Math.max(FIRST_BYTES, 2 * this.#bytes.length, needed);
      if (!this.#room.take(size - this.#bytes.length)) return false;
      const grown = Buffer.allocUnsafeSlow(size);
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(part, this.#length);
    this.#length = needed;
    return true;
  }

  /** All that came; nothing is kept here. */
  release(): Buffer {
    const whole = this.#bytes.subarray(0, this.#length);
    this.#room.give(this.#bytes.length);
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return whole;
  }
}
