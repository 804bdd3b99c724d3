/** Chunks below are joined, so that what is kept costs what it holds: a short slice would keep all that was read with it. */
const JOINED_BYTES = 4 * 1024;
const BLOCK_BYTES = 16 * 1024;

/** Where bytes that wait are counted. */
export interface ByteAccount {
  add(bytes: number): void;
}

/** Bytes that wait, first in, first out. */
export class ByteQueue {
  readonly #account: ByteAccount | undefined;
  #chunks: Buffer[] = [];
  #first = 0;
  /** The room at the end of the last chunk, where that is a block of ours. */
  #block: Buffer | undefined;
  #blockLength = 0;
  length = 0;

  constructor(account?: ByteAccount) {
    this.#account = account;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.length += chunk.length;
    this.#account?.add(chunk.length);
    if (chunk.length >= JOINED_BYTES) {
      this.#block = undefined;
      this.#chunks.push(chunk);
      return;
    }
    if (this.#block === undefined || this.#blockLength + chunk.length > this.#block.length) {
      // The first is just as large as it has to be: most requests are one short message.
      this.#block = Buffer.allocUnsafe(this.#chunks.length === 0 ? Math.max(512, chunk.length) : BLOCK_BYTES);
      this.#blockLength = 0;
      this.#chunks.push(this.#block.subarray(0, 0));
    }
    const from = this.#blockLength - this.#last().length;
    this.#block.set(chunk, this.#blockLength);
    this.#blockLength += chunk.length;
    this.#chunks[this.#chunks.length - 1] = this.#block.subarray(from, this.#blockLength);
  }

  /** Takes up to `most` bytes away. */
  shift(most: number): Buffer {
    const chunk = this.#chunks[this.#first] as Buffer;
    const taken = chunk.length <= most ? chunk : chunk.subarray(0, most);
    this.length -= taken.length;
    this.#account?.add(-taken.length);
    if (taken.length < chunk.length) this.#chunks[this.#first] = chunk.subarray(taken.length);
    else this.#drop();
    return taken;
  }

  /** All of it, which stays. */
  chunks(): readonly Buffer[] {
    return this.#chunks.slice(this.#first);
  }

  clear(): void {
    this.#account?.add(-this.length);
    this.#chunks = [];
    this.#first = 0;
    this.#block = undefined;
    this.length = 0;
  }

  #last(): Buffer {
    return this.#chunks[this.#chunks.length - 1] as Buffer;
  }

  #drop(): void {
    this.#first += 1;
    if (this.#first === this.#chunks.length) this.clear();
    else if (this.#first >= 64 && 2 * this.#first >= this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
  }
}
