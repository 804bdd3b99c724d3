import { type DecodeContext, decodeValue, discardValue, type EncodeContext, encodeValue } from "../codec/index.js";
import type { Chunk, Payload } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import type { Account, Decoding } from "./account.js";
import { PAYLOAD_BYTES } from "./budget.js";
import { ChunkReceiver } from "./chunk-receiver.js";
import { ChunkSender } from "./chunk-sender.js";
import type { FrameSender } from "./frame-sender.js";
import type { Outbox } from "./outbox.js";
import { isCount, type Place, parsePlace } from "./place.js";
import { SharedMemoryReader, SharedMemoryWriter } from "./shared-memory.js";

/** Bytes from this length on go through shared memory: below, opening the segment costs more than copying. */
const OUT_OF_BAND_BYTES = 32 * 1024;

/** Which folder and which files in it are whose. */
export interface SharedMemory {
  readonly folder: string;
  readonly ownPrefix: string;
  readonly peerPrefix: string;
}

/** A payload that is ready to travel. */
export interface ReadyPayload {
  readonly payload: Payload;
  /** Roughly how many bytes it takes on the way. */
  readonly bytes: number;
  /** Set when parts of it have to be sent before what refers to it: resolves when they are. */
  readonly sent: Promise<void> | undefined;
  /** Gives it up: nothing will refer to it. */
  drop(): void;
}

/**
 * Who wants a value. A result was asked for by a call that waits: its bytes are bounded by `maxPayload` alone, and one that is
 * too large fails only that call. So does an error, whose bytes are held like those of everything else.
 */
export type Wanted = "result" | "error" | "unasked";

/** Values to payloads and back, with their large bytes wherever they move fastest. */
export class Payloads {
  readonly #outbox: Outbox;
  readonly #sender: FrameSender;
  readonly #writer: SharedMemoryWriter | undefined;
  readonly #reader: SharedMemoryReader | undefined;
  readonly #chunksOut = new ChunkSender();
  readonly #account: Account;
  readonly #chunksIn: ChunkReceiver;
  readonly #maxBytes: number;
  #kept = 0;

  /** @param maxBytes of one result of the peer */
  constructor(
    outbox: Outbox,
    sender: FrameSender,
    account: Account,
    sharedMemory: SharedMemory | undefined,
    maxBytes: number = PAYLOAD_BYTES,
  ) {
    this.#outbox = outbox;
    this.#sender = sender;
    this.#account = account;
    this.#maxBytes = maxBytes;
    this.#chunksIn = new ChunkReceiver(account);
    if (sharedMemory !== undefined) {
      this.#writer = new SharedMemoryWriter(sharedMemory.folder, sharedMemory.ownPrefix);
      this.#reader = new SharedMemoryReader(sharedMemory.folder, sharedMemory.peerPrefix);
    }
    sender.beforeFlush = () => this.#chunksOut.sendNext((payload, data) => outbox.chunk(payload, data));
  }

  /** @throws IsolationError NOT_SERIALIZABLE naming the path */
  encode(value: unknown, context: Pick<EncodeContext, "path" | "exportReference">): ReadyPayload {
    const uploads: Promise<void>[] = [];
    const places: Place[] = [];
    const exportBytes = (bytes: Uint8Array): Place => {
      const place = this.#place(bytes, uploads);
      places.push(place);
      return place;
    };
    const encoded = encodeValue(value, { ...context, exportBytes, outOfBandThreshold: OUT_OF_BAND_BYTES });
    const place: Payload["place"] =
      encoded.length < OUT_OF_BAND_BYTES
        ? { $case: "inline", value: encoded as Buffer }
        : { $case: "descriptor", value: JSON.stringify(exportBytes(encoded)) };
    return {
      payload: { place },
      bytes: places.reduce((sum, { length }) => sum + length, encoded.length),
      sent: uploads.length === 0 ? undefined : Promise.all(uploads).then(() => {}),
      drop: () => this.#drop(places),
    };
  }

  /** Bytes that the value which was decoded last keeps, as estimated. */
  get kept(): number {
    return this.#kept;
  }

  /** @throws IsolationError PROTOCOL when the payload is none, or costs too much */
  decode({ place }: Payload, wanted: Wanted, context: Pick<DecodeContext, "importReference">): unknown {
    if (place === undefined) throw new IsolationError("PROTOCOL", "the peer sent a payload without a value");
    const decoding = this.#account.beginDecoding(wanted !== "unasked");
    const limits: Limits = { room: wanted === "error" ? Number.POSITIVE_INFINITY : this.#maxBytes, decoding, wanted };
    try {
      const encoded = place.$case === "inline" ? place.value : this.#fetchText(parsePlace(place.value), limits);
      if (encoded.length > this.#maxBytes) throw tooLarge(encoded.length, this.#maxBytes);
      const importBytes = (descriptor: unknown): Uint8Array =>
        this.#fetch(descriptor, limits, (length) => {
          if (wanted !== "result") decoding?.charge(length);
        });
      return decodeValue(encoded, { ...context, importBytes, meter: decoding });
    } finally {
      this.#kept = decoding?.kept ?? 0;
      decoding?.end();
    }
  }

  /**
   * Gives back what a value that nobody waits for holds, without making the value.
   *
   * @param giveBack called with the descriptor of each thing that is lent in it
   */
  discard({ place }: Payload, giveBack: (descriptor: unknown) => void): void {
    const decoding = this.#account.beginDecoding(false);
    const limits: Limits = { room: this.#maxBytes, decoding, wanted: "unasked" };
    try {
      if (place === undefined) return;
      const encoded = place.$case === "inline" ? place.value : this.#fetchText(parsePlace(place.value), limits);
      discardValue(encoded, {
        importReference: giveBack,
        importBytes: (descriptor) => this.#giveBack(descriptor),
        meter: decoding,
      });
    } finally {
      decoding?.end();
    }
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

  #drop(places: Place[]): void {
    // Once: the segment may hold somebody else's payload by the second time.
    for (const place of places.splice(0)) {
      if ("segment" in place) this.#writer?.release(place.segment);
      else {
        this.#chunksOut.drop([place.chunks]);
        this.#outbox.dropChunks(place.chunks);
      }
    }
  }

  #place(bytes: Uint8Array, uploads: Promise<void>[]): Place {
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

  /** The encoded value itself: it is needed only until it is decoded. */
  #fetchText(descriptor: unknown, limits: Limits): Uint8Array {
    return this.#fetch(descriptor, limits, (length) => {
      if (limits.wanted !== "result") limits.decoding?.borrow(length);
    });
  }

  /** @param count called with the number of bytes before they are copied */
  #fetch(descriptor: unknown, limits: Limits, count: (length: number) => void): Uint8Array {
    const { segment, chunks, length } = Object(descriptor) as Record<string, unknown>;
    if (!isCount(length)) throw nowhere();
    const isTooLarge = length > limits.room;
    limits.room -= length;
    if (isCount(chunks)) {
      if (isTooLarge) this.#chunksIn.drop(chunks);
      if (isTooLarge) throw tooLarge(length, this.#maxBytes);
      const bytes = this.#chunksIn.take(chunks, length, (joined) => limits.decoding?.borrow(joined));
      count(length);
      return bytes;
    }
    if (!isCount(segment) || this.#reader === undefined) throw nowhere();
    try {
      if (isTooLarge) throw tooLarge(length, this.#maxBytes);
      count(length);
      return this.#reader.read(segment, length);
    } finally {
      // Only now: the word may leave at once, and the peer writes into the segment again.
      this.#outbox.segmentRead(segment);
    }
  }

  #giveBack(descriptor: unknown): void {
    const { segment, chunks } = Object(descriptor) as Record<string, unknown>;
    if (isCount(chunks)) this.#chunksIn.drop(chunks);
    else if (isCount(segment) && this.#reader !== undefined) this.#outbox.segmentRead(segment);
  }
}

/** What one value may still have. */
interface Limits {
  /** Bytes. */
  room: number;
  readonly decoding: Decoding | undefined;
  readonly wanted: Wanted;
}

function nowhere(): IsolationError {
  return new IsolationError("PROTOCOL", "the peer sent bytes out of band that are nowhere");
}

function tooLarge(bytes: number, maxBytes: number): IsolationError {
  return new IsolationError("PROTOCOL", `the peer sent a value with ${bytes} bytes; maxPayload is ${maxBytes}`);
}
