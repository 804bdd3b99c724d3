import { IsolationError } from "../errors/index.js";

/** What a chunk costs beside its bytes, roughly. */
const CHUNK_COST = 256;

/** Collects payloads that come in parts until the value that refers to them comes. */
export class ChunkReceiver {
  readonly #payloads = new Map<number, Buffer[]>();
  #pendingBytes = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @throws IsolationError PROTOCOL when the peer never refers to what it sends */
  add(payload: number, data: Uint8Array): void {
    this.#pendingBytes += data.length + CHUNK_COST;
    if (this.#pendingBytes > this.#maxBytes + this.#maxBytes / 64) {
      throw new IsolationError("PROTOCOL", `the peer has more than ${this.#maxBytes} bytes of payloads under way`);
    }
    // A copy: the part is a slice of a frame that holds other things.
    const part = Buffer.from(data);
    const parts = this.#payloads.get(payload);
    if (parts === undefined) this.#payloads.set(payload, [part]);
    else parts.push(part);
  }

  /** The peer has given the payload up. */
  drop(payload: number): void {
    const parts = this.#payloads.get(payload) ?? [];
    this.#pendingBytes -= parts.reduce((sum, part) => sum + part.length + CHUNK_COST, 0);
    this.#payloads.delete(payload);
  }

  /** @throws IsolationError PROTOCOL when there is no such payload, or it is not of that length */
  take(payload: number, length: number): Buffer {
    const parts = this.#payloads.get(payload);
    const received = parts?.reduce((sum, part) => sum + part.length, 0);
    if (parts === undefined || received !== length) {
      throw new IsolationError(
        "PROTOCOL",
        `the peer refers to ${length} bytes of payload ${payload}, of which ${received ?? 0} came`,
      );
    }
    this.#payloads.delete(payload);
    this.#pendingBytes -= length + parts.length * CHUNK_COST;
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length);
  }
}
