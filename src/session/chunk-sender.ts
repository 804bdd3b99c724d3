/** One part of a large payload: small enough that a small call behind it hardly waits. */
const CHUNK_BYTES = 64 * 1024;

/** So many payloads take turns, and so many bytes beside the largest of them: the other side has to keep it all. */
const UPLOADS_AT_ONCE = 8;
const UPLOAD_BYTES_BESIDE = 16 * 1024 * 1024;

interface Upload {
  readonly number: number;
  readonly bytes: Uint8Array;
  offset: number;
  readonly onSent: () => void;
}

/** Sends large payloads in parts, one part a frame, where there is no shared memory. */
export class ChunkSender {
  #uploads: Upload[] = [];
  #payloads = 0;
  #onEmpty: (() => void)[] = [];

  /** Takes a payload; what refers to it may be sent once `onSent` was called. */
  add(bytes: Uint8Array, onSent: () => void): number {
    this.#payloads += 1;
    // A copy: the owner may change it before its last part has left.
    this.#uploads.push({ number: this.#payloads, bytes: Uint8Array.from(bytes), offset: 0, onSent });
    return this.#payloads;
  }

  /** Gives payloads up. */
  drop(payloads: readonly number[]): void {
    this.#uploads = this.#uploads.filter(({ number }) => !payloads.includes(number));
    this.#notifyIfEmpty();
  }

  /** Gives all payloads up: nobody reads them any more. */
  clear(): void {
    this.#uploads = [];
    this.#notifyIfEmpty();
  }

  /** Resolves when no payload is on its way. */
  whenEmpty(): Promise<void> {
    if (this.#uploads.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  /** Sends the next part; says whether there are more. */
  sendNext(send: (payload: number, data: Uint8Array) => void): boolean {
    const upload = this.#uploads.shift();
    if (upload === undefined) return false;
    const end = Math.min(upload.offset + CHUNK_BYTES, upload.bytes.length);
    send(upload.number, upload.bytes.subarray(upload.offset, end));
    upload.offset = end;
    if (end < upload.bytes.length) this.#uploads.splice(this.#othersBeside(upload), 0, upload);
    else upload.onSent();
    this.#notifyIfEmpty();
    return this.#uploads.length > 0;
  }

  #notifyIfEmpty(): void {
    if (this.#uploads.length > 0) return;
    for (const notify of this.#onEmpty.splice(0)) notify();
  }

  /** How many of those that follow take turns with it. */
  #othersBeside(upload: Upload): number {
    let bytes = upload.bytes.length;
    let largest = bytes;
    let others = 0;
    for (const other of this.#uploads) {
      bytes += other.bytes.length;
      largest = Math.max(largest, other.bytes.length);
      if (others === UPLOADS_AT_ONCE - 1 || bytes - largest > UPLOAD_BYTES_BESIDE) break;
      others += 1;
    }
    return others;
  }
}
