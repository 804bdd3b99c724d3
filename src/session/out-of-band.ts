import type { Chunk } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Account, Decoding } from "./account.js";
import { ChunkReceiver } from "./chunk-receiver.js";
import { ChunkSender } from "./chunk-sender.js";
import type { FrameSender } from "./frame-sender.js";
import type { Outbox } from "./outbox.js";
import { isCount, type Place } from "./place.js";
import { SharedMemoryReader, SharedMemoryWriter } from "./shared-memory.js";
import { isWireId } from "./wire-id.js";

/** Which folder and which files in it are whose. */
export interface SharedMemory {
  readonly folder: string;
  readonly ownPrefix: string;
  readonly peerPrefix: string;
}

/** What the bytes of one value may still cost. */
export interface FetchLimits {
  /** Bytes of one result of the peer. */
  readonly maxBytes: number;
  /** Bytes that may still come. */
  room: number;
  readonly decoding: Decoding | undefined;
}

/** Bytes outside of frames: in shared memory where there is some, else in chunks. */
export class OutOfBand {
  readonly #outbox: Outbox;
  readonly #sender: FrameSender;
  readonly #writer: SharedMemoryWriter | undefined;
  readonly #reader: SharedMemoryReader | undefined;
  readonly #chunksOut = new ChunkSender();
  readonly #chunksIn: ChunkReceiver;

  constructor(outbox: Outbox, sender: FrameSender, account: Account, sharedMemory: SharedMemory | undefined) {
    this.#outbox = outbox;
    this.#sender = sender;
    this.#chunksIn = new ChunkReceiver(account);
    if (sharedMemory !== undefined) {
      this.#writer = new SharedMemoryWriter(sharedMemory.folder, sharedMemory.ownPrefix);
      this.#reader = new SharedMemoryReader(sharedMemory.folder, sharedMemory.peerPrefix);
    }
    sender.beforeFlush = () => this.#chunksOut.sendNext((payload, data) => outbox.chunk(payload, data));
  }

  /** Takes bytes along. @param uploads gets what has to be waited for before the place may be told */
  place(bytes: Uint8Array, uploads: Promise<void>[]): Place {
    const { length } = bytes;
    const segment = this.#writer?.write(bytes);
    if (segment !== undefined) return { segment, length };
    let onSent = (): void => {};
    uploads.push(
      new Promise((resolve) => {
        onSent = resolve;
      }),
    );
    const chunks = this.#chunksOut.add(bytes, onSent);
    this.#sender.schedule();
    return { chunks, length };
  }

  /** Gives up what nothing will refer to. */
  drop(places: Place[]): void {
    // Once: the segment may hold somebody else's payload by the second time.
    for (const place of places.splice(0)) {
      if ("segment" in place) this.#writer?.release(place.segment);
      else {
        this.#chunksOut.drop([place.chunks]);
        this.#outbox.dropChunks(place.chunks);
      }
    }
  }

  /**
   * Takes bytes that the peer has sent.
   *
   * @param count called with the number of bytes before they are copied
   * @throws IsolationError PROTOCOL when they are nowhere, or too many
   */
  fetch(descriptor: unknown, limits: FetchLimits, count: (length: number) => void): Uint8Array {
    const { segment, chunks, length } = Object(descriptor) as Record<string, unknown>;
    if (!isCount(length)) throw nowhere();
    const isTooLarge = length > limits.room;
    limits.room -= length;
    if (isWireId(chunks)) {
      if (isTooLarge) this.#chunksIn.drop(chunks);
      if (isTooLarge) throw tooLarge(length, limits.maxBytes);
      const bytes = this.#chunksIn.take(chunks, length, (joined) => limits.decoding?.borrow(joined));
      count(length);
      return bytes;
    }
    if (!isWireId(segment) || this.#reader === undefined) throw nowhere();
    try {
      if (isTooLarge) throw tooLarge(length, limits.maxBytes);
      count(length);
      return this.#reader.read(segment, length);
    } finally {
      // Only now: the word may leave at once, and the peer writes into the segment again.
      this.#outbox.segmentRead(segment);
    }
  }

  /** Gives back what nobody here will fetch. */
  giveBack(descriptor: unknown): void {
    const { segment, chunks } = Object(descriptor) as Record<string, unknown>;
    if (isWireId(chunks)) this.#chunksIn.drop(chunks);
    else if (isWireId(segment) && this.#reader !== undefined) this.#outbox.segmentRead(segment);
  }

  /** A part of a payload came, or the word that no more will. */
  chunk({ payload, data, dropped }: Chunk): void {
    if (dropped) this.#chunksIn.drop(payload);
    else this.#chunksIn.add(payload, data);
  }

  /** The peer has read a segment. */
  segmentRead(segment: number): void {
    this.#writer?.release(segment);
  }

  /** Nothing more will refer to what came in parts. */
  forgetChunks(): void {
    this.#chunksIn.clear();
  }

  /** Resolves when no payload is on its way in parts. */
  uploaded(): Promise<void> {
    return this.#chunksOut.whenEmpty();
  }

  close(): void {
    this.forgetChunks();
    this.#chunksOut.clear();
    this.#writer?.close();
  }
}

function nowhere(): IsolationError {
  return new IsolationError("PROTOCOL", "the peer sent bytes out of band that are nowhere");
}

export function tooLarge(bytes: number, maxBytes: number): IsolationError {
  return new IsolationError("PROTOCOL", `the peer sent a value with ${bytes} bytes; maxPayload is ${maxBytes}`);
}
