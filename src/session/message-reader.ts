import { IsolationError } from "../errors/index.js";
import { FRAME_BYTES } from "./budget.js";

/** A flag byte, which must be 0 (not compressed), and the length as four bytes, the most significant first. */
export const PREFIX_LENGTH = 5;

/** A message of which less has come has room for twice as much at most: its length is only claimed. */
const LITTLE = 64 * 1024;

const NOTHING = Buffer.alloc(0);

/** Cuts a byte stream into gRPC's length-prefixed messages. */
export class MessageReader {
  readonly #onMessage: (message: Buffer) => void;
  readonly #areLent: boolean;
  /** The start of a message whose end has not come, in the first `#length` bytes. */
  #start = NOTHING;
  #length = 0;
  #isPaused = false;
  /** What came while it was paused, and has not been read. */
  #unread: Buffer[] = [];

  /** @param areLent whether the chunks, and with them the messages, are only valid until the call with them returns */
  constructor(onMessage: (message: Buffer) => void, areLent = false) {
    this.#onMessage = onMessage;
    this.#areLent = areLent;
  }

  /** @throws IsolationError PROTOCOL when the stream is not what it should be */
  write(chunk: Buffer): void {
    this.#write(chunk, this.#areLent);
  }

  /** Gives no further message, not even of what was written already. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on where it paused. @throws IsolationError PROTOCOL when the stream is not what it should be */
  resume(): void {
    this.#isPaused = false;
    const unread = this.#unread;
    this.#unread = [];
    for (const chunk of unread) this.#write(chunk, false);
  }

  #write(chunk: Buffer, isLent: boolean): void {
    if (this.#isPaused) this.#keep(chunk, isLent);
    else this.#read(this.#length === 0 ? chunk : this.#complete(chunk), isLent);
  }

  #keep(bytes: Buffer, isLent: boolean): void {
    this.#unread.push(isLent ? Buffer.from(bytes) : bytes);
  }

  #read(bytes: Buffer, isLent: boolean): void {
    let start = 0;
    while (!this.#isPaused && bytes.length - start >= PREFIX_LENGTH) {
      const end = start + PREFIX_LENGTH + messageLength(bytes, start);
      if (end > bytes.length) break;
      this.#onMessage(bytes.subarray(start + PREFIX_LENGTH, end));
      start = end;
    }
    if (start === bytes.length) return;
    if (this.#isPaused) this.#keep(bytes.subarray(start), isLent);
    else this.#take(bytes, start, bytes.length);
  }

  /** Adds to the message whose start is here, and gives it when it is whole; returns what is behind it. */
  #complete(chunk: Buffer): Buffer {
    const afterPrefix = this.#take(chunk, 0, Math.min(chunk.length, PREFIX_LENGTH - this.#length));
    if (this.#length < PREFIX_LENGTH) return NOTHING;
    const whole = PREFIX_LENGTH + messageLength(this.#start, 0);
    const end = this.#take(chunk, afterPrefix, Math.min(chunk.length, afterPrefix + whole - this.#length));
    if (this.#length < whole) return NOTHING;
    const message = this.#start.subarray(PREFIX_LENGTH, whole);
    this.#start = NOTHING;
    this.#length = 0;
    this.#onMessage(message);
    return chunk.subarray(end);
  }

  /** Copies: what was received is a piece of memory of its own, however small, and a peer may send many. */
  #take(from: Buffer, start: number, end: number): number {
    if (end <= start) return start;
    const needed = this.#length + end - start;
    if (this.#start.length < needed) {
      const claimed = needed >= PREFIX_LENGTH ? this.#claimed(from, start) : PREFIX_LENGTH;
      const wanted = needed < LITTLE ? Math.min(claimed, 2 * needed) : claimed;
      const room = Buffer.allocUnsafeSlow(Math.max(needed, wanted));
      room.set(this.#start.subarray(0, this.#length));
      this.#start = room;
    }
    this.#start.set(from.subarray(start, end), this.#length);
    this.#length = needed;
    return end;
  }

  /** How long the message says it is, with its prefix. */
  #claimed(from: Buffer, start: number): number {
    if (this.#length >= PREFIX_LENGTH) return PREFIX_LENGTH + messageLength(this.#start, 0);
    if (this.#length === 0) return PREFIX_LENGTH + messageLength(from, start);
    return PREFIX_LENGTH;
  }
}

/** @throws IsolationError PROTOCOL when the prefix is none */
function messageLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at + 1);
  if (bytes[at] === 0 && length <= FRAME_BYTES) return length;
  throw new IsolationError(
    "PROTOCOL",
    `the peer sent a message with flag ${bytes[at]} and a length of ${length} bytes; ` +
      `the flag must be 0 and the length at most ${FRAME_BYTES}`,
  );
}
