import { IsolationError } from "../errors/index.js";
import { UPLOADS_AT_ONCE } from "./chunk-sender.js";

/** What a chunk costs beside its bytes, roughly. */
const CHUNK_COST = 256;

/** Collects payloads that come in parts until the value that refers to them comes. */
export class ChunkReceiver {
  readonly #payloads = new Map<number, { readonly parts: Buffer[]; bytes: number }>();
  #pendingBytes = 0;
  readonly #maxBytes: number;

  /** @param maxBytes of one payload */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws IsolationError PROTOCOL when the peer never refers to what it sends */
  add(payload: number, data: Uint8Array): void {
    const upload = this.#payloads.get(payload) ?? { parts: [], bytes: 0 };
    upload.bytes += data.length;
    this.#pendingBytes += data.length + CHUNK_COST;
    const most = UPLOADS_AT_ONCE * this.#maxBytes;
    if (upload.bytes > this.#maxBytes) throw this.#tooLarge(upload.bytes, this.#maxBytes);
    if (this.#pendingBytes > most + most / 64) throw this.#tooLarge(this.#pendingBytes, most);
    // A copy: the part is a slice of a frame that holds other things.
    upload.parts.push(Buffer.from(data));
    this.#payloads.set(payload, upload);
  }

  /** The peer has given the payload up. */
  drop(payload: number): void {
    this.#forget(payload);
  }

  /** @throws IsolationError PROTOCOL when there is no such payload, or it is not of that length */
  take(payload: number, length: number): Buffer {
    const { parts, bytes } = this.#payloads.get(payload) ?? { parts: [], bytes: undefined };
    if (bytes !== length) {
      throw new IsolationError(
        "PROTOCOL",
        `the peer refers to ${length} bytes of payload ${payload}, of which ${bytes ?? 0} came`,
      );
    }
    this.#forget(payload);
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length);
  }

  #forget(payload: number): void {
    const { parts, bytes } = this.#payloads.get(payload) ?? { parts: [], bytes: 0 };
    this.#pendingBytes -= bytes + parts.length * CHUNK_COST;
    this.#payloads.delete(payload);
  }

  #tooLarge(bytes: number, bound: number): IsolationError {
    return new IsolationError(
      "PROTOCOL",
      `the peer has ${bytes} bytes of payloads under way; the bound, which follows from maxPayload, is ${bound}`,
    );
  }
}
