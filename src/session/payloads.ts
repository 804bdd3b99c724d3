import { type DecodeContext, decodeValue, type EncodeContext, encodeValue } from "../codec/index.js";
import type { Chunk, Payload } from "../contract/index.js";
import { IsolationError } from "../errors/index.js";
import { BOUNDS } from "./bounds.js";
import { ChunkReceiver } from "./chunk-receiver.js";
import { ChunkSender } from "./chunk-sender.js";
import type { Outbox } from "./outbox.js";
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

/** The descriptor of bytes that are elsewhere: a segment of shared memory, or a payload that came in parts. */
type Place =
  | { readonly segment: number; readonly length: number }
  | { readonly chunks: number; readonly length: number };

/** Values to payloads and back, with their large bytes wherever they move fastest. */
export class Payloads {
  readonly #outbox: Outbox;
  readonly #writer: SharedMemoryWriter | undefined;
  readonly #reader: SharedMemoryReader | undefined;
  readonly #chunksOut = new ChunkSender();
  readonly #chunksIn: ChunkReceiver;
  readonly #maxBytes: number;

  /** @param maxBytes of one value of the peer */
  constructor(outbox: Outbox, sharedMemory: SharedMemory | undefined, maxBytes: number = BOUNDS.payloadBytes) {
    this.#outbox = outbox;
    this.#maxBytes = maxBytes;
    this.#chunksIn = new ChunkReceiver(maxBytes);
    if (sharedMemory !== undefined) {
      this.#writer = new SharedMemoryWriter(sharedMemory.folder, sharedMemory.ownPrefix);
      this.#reader = new SharedMemoryReader(sharedMemory.folder, sharedMemory.peerPrefix);
    }
    outbox.beforeFlush = () => this.#chunksOut.sendNext((payload, data) => outbox.chunk(payload, data));
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

  /** @throws IsolationError PROTOCOL when the payload is none */
  decode({ place }: Payload, context: Pick<DecodeContext, "importReference">): unknown {
    if (place === undefined) throw new IsolationError("PROTOCOL", "the peer sent a payload without a value");
    let room = this.#maxBytes;
    const importBytes = (descriptor: unknown): Uint8Array => {
      const bytes = this.#fetch(descriptor, room);
      room -= bytes.length;
      return bytes;
    };
    const encoded = place.$case === "inline" ? place.value : importBytes(parse(place.value));
    if (encoded.length > this.#maxBytes) throw tooLarge(encoded.length, this.#maxBytes);
    return decodeValue(encoded, { ...context, importBytes });
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

  close(): void {
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
    this.#outbox.schedule();
    return { chunks, length };
  }

  /** @param room how many bytes the value may still have */
  #fetch(descriptor: unknown, room: number): Uint8Array {
    const { segment, chunks, length } = Object(descriptor) as Record<string, unknown>;
    if (isCount(length) && isCount(chunks)) {
      const bytes = this.#chunksIn.take(chunks, length);
      if (length > room) throw tooLarge(length, this.#maxBytes);
      return bytes;
    }
    if (isCount(length) && isCount(segment) && this.#reader !== undefined) {
      try {
        if (length > room) throw tooLarge(length, this.#maxBytes);
        return this.#reader.read(segment, length);
      } finally {
        // Only now: the word may leave at once, and the peer writes into the segment again.
        this.#outbox.segmentRead(segment);
      }
    }
    throw new IsolationError("PROTOCOL", "the peer sent bytes out of band that are nowhere");
  }
}

function tooLarge(bytes: number, maxBytes: number): IsolationError {
  return new IsolationError("PROTOCOL", `the peer sent a value with ${bytes} bytes; maxPayload is ${maxBytes}`);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
