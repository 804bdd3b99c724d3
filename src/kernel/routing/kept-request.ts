import { ALL_KEPT_BYTES, KEPT_BYTES } from "./bounds.js";
import { type ByteAccount, ByteQueue } from "./http2/byte-queue.js";
import type { Fields } from "./http2/hpack-decoder.js";

/** What all requests of a front door keep. */
export class KeptTotal {
  bytes = 0;
}

/** What came of a request, for a process that is not there yet, or for another one. */
export class KeptRequest {
  isEnded = false;
  trailers: Fields | undefined;
  readonly #total: KeptTotal;
  readonly #held: ByteAccount;
  /** Most requests are one chunk, which is not copied. */
  #first: Buffer | undefined;
  #rest: ByteQueue | undefined;
  #length = 0;
  #isDropped = false;

  /** @param held counts it among what waits for or of its client */
  constructor(total: KeptTotal, held: ByteAccount) {
    this.#total = total;
    this.#held = held;
  }

  /** Whether everything that came is here. */
  get isWhole(): boolean {
    return !this.#isDropped;
  }

  /** @param mayDrop it was sent once, and is only kept to be sent again */
  add(chunk: Buffer, isEnd: boolean, mayDrop: boolean): void {
    this.isEnded ||= isEnd;
    if (this.#isDropped || chunk.length === 0) return;
    const isTooMuch = this.#length + chunk.length > KEPT_BYTES || this.#total.bytes + chunk.length > ALL_KEPT_BYTES;
    if (isTooMuch && mayDrop) {
      this.drop();
      return;
    }
    this.#length += chunk.length;
    this.#total.bytes += chunk.length;
    this.#held.add(chunk.length);
    if (this.#first === undefined) this.#first = chunk;
    else {
      this.#rest ??= new ByteQueue();
      this.#rest.push(chunk);
    }
  }

  chunks(): readonly Buffer[] {
    if (this.#first === undefined) return [];
    return this.#rest === undefined ? [this.#first] : [this.#first, ...this.#rest.chunks()];
  }

  /** It will not be sent again. */
  drop(): void {
    this.#isDropped = true;
    this.#total.bytes -= this.#length;
    this.#held.add(-this.#length);
    this.#length = 0;
    this.#first = undefined;
    this.#rest = undefined;
  }
}
