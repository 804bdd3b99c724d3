import type { Duplex } from "node:stream";
import { FRAME_HEADER_BYTES } from "./protocol.js";

const SLAB_BYTES = 32 * 1024;

/** Payloads above are handed to the socket as they are: they must not change any more. */
export const COPIED_BYTES = 2 * 1024;

/** Collects the frames of one turn of the event loop, and writes them at once. */
export class FrameWriter {
  readonly #socket: Duplex;
  readonly #onWritten: () => void;
  #slab = Buffer.allocUnsafeSlow(0);
  /** What is written of the slab, and what of that is in a chunk already. */
  #at = 0;
  #taken = 0;
  #chunks: Buffer[] = [];
  #chunkBytes = 0;
  #isScheduled = false;

  /** @param onWritten called after each time that something was given to the socket */
  constructor(socket: Duplex, onWritten: () => void) {
    this.#socket = socket;
    this.#onWritten = onWritten;
  }

  /** Bytes that the peer has not taken. */
  get pending(): number {
    return this.#socket.writableLength + this.#chunkBytes + (this.#at - this.#taken);
  }

  frame(type: number, flags: number, streamId: number, payload: Buffer): void {
    const isCopied = payload.length <= COPIED_BYTES;
    this.#begin(type, flags, streamId, payload.length, isCopied ? payload.length : 0);
    if (isCopied) {
      this.#slab.set(payload, this.#at);
      this.#at += payload.length;
      return;
    }
    this.#cut();
    this.#chunks.push(payload);
    this.#chunkBytes += payload.length;
  }

  /** A frame whose payload is one number of 32 bits. */
  number(type: number, streamId: number, value: number): void {
    this.#begin(type, 0, streamId, 4, 4);
    this.#at = this.#slab.writeUInt32BE(value, this.#at);
  }

  raw(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#slab.set(bytes, this.#at);
    this.#at += bytes.length;
    this.#schedule();
  }

  flush(): void {
    this.#isScheduled = false;
    this.#cut();
    const chunks = this.#chunks;
    if (chunks.length === 0 || this.#socket.destroyed) return;
    this.#chunks = [];
    this.#chunkBytes = 0;
    if (chunks.length === 1) this.#socket.write(chunks[0]);
    else {
      this.#socket.cork();
      for (const chunk of chunks) this.#socket.write(chunk);
      this.#socket.uncork();
    }
    this.#onWritten();
  }

  #begin(type: number, flags: number, streamId: number, length: number, copied: number): void {
    this.#reserve(FRAME_HEADER_BYTES + copied);
    const slab = this.#slab;
    let at = this.#at;
    slab[at++] = length >>> 16;
    slab[at++] = length >>> 8;
    slab[at++] = length;
    slab[at++] = type;
    slab[at++] = flags;
    this.#at = slab.writeUInt32BE(streamId, at);
    this.#schedule();
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#slab.length) return;
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
    this.#at = 0;
    this.#taken = 0;
  }

  /** What was collected in the slab becomes a chunk; the rest of the slab is used on. */
  #cut(): void {
    if (this.#at === this.#taken) return;
    this.#chunks.push(this.#slab.subarray(this.#taken, this.#at));
    this.#chunkBytes += this.#at - this.#taken;
    this.#taken = this.#at;
  }

  /** The loop's check phase follows on all that was read in this turn, from whichever socket. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }
}
