import { GrpcError } from "./grpc-error.js";
import { GrpcStatus } from "./status.js";

/** In front of each message: whether it is compressed, and its length. */
export const PREFIX_BYTES = 5;

/** How much is set aside for a message of which only the beginning is there: what its prefix says may be a lie. */
const FIRST_BYTES = 4_096;

/** A message as it came, without its prefix. */
export interface FramedMessage {
  readonly compressed: boolean;
  readonly bytes: Buffer;
}

/** Cuts a stream of bytes into messages. */
export class Deframer {
  readonly #maxBytes: number;
  readonly #onMessage: (message: FramedMessage) => void;
  /** The beginning of a message whose end is to come; it has `#length` bytes, and the message `#whole`. */
  #pending: Buffer = Buffer.alloc(0);
  #length = 0;
  #whole = PREFIX_BYTES;

  constructor(maxBytes: number, onMessage: (message: FramedMessage) => void) {
    this.#maxBytes = maxBytes;
    this.#onMessage = onMessage;
  }

  /** Whether all that came are whole messages. */
  get isAtBoundary(): boolean {
    return this.#length === 0;
  }

  /** @throws GrpcError INTERNAL for what is no prefix, RESOURCE_EXHAUSTED for too long a message */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.#length === 0 ? this.#takeWhole(rest) : this.#takePart(rest);
  }

  /** The usual case: a message that came in one piece is not copied. */
  #takeWhole(bytes: Buffer): Buffer {
    if (bytes.length >= PREFIX_BYTES) {
      const end = this.#wholeLength(bytes);
      if (bytes.length >= end) {
        this.#onMessage({ compressed: bytes[0] === 1, bytes: bytes.subarray(PREFIX_BYTES, end) });
        return bytes.subarray(end);
      }
      this.#whole = end;
    } else this.#whole = PREFIX_BYTES;
    this.#append(bytes);
    return bytes.subarray(bytes.length);
  }

  #takePart(bytes: Buffer): Buffer {
    const taken = bytes.subarray(0, this.#whole - this.#length);
    this.#append(taken);
    if (this.#length === this.#whole) this.#complete();
    return bytes.subarray(taken.length);
  }

  #complete(): void {
    const pending = this.#pending.subarray(0, this.#length);
    if (this.#whole === PREFIX_BYTES) {
      this.#whole = this.#wholeLength(pending);
      if (this.#whole > PREFIX_BYTES) return;
    }
    this.#length = 0;
    this.#pending = Buffer.alloc(0);
    this.#onMessage({ compressed: pending[0] === 1, bytes: pending.subarray(PREFIX_BYTES) });
  }

  /** Copies: a sender of single bytes would have us keep an object for each. */
  #append(bytes: Buffer): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#pending.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.#whole, Math.max(FIRST_BYTES, 2 * needed))));
      this.#pending.copy(grown, 0, 0, this.#length);
      this.#pending = grown;
    }
    bytes.copy(this.#pending, this.#length);
    this.#length = needed;
  }

  /** Of a message, its prefix included. */
  #wholeLength(prefix: Buffer): number {
    const flag = prefix[0] as number;
    if (flag > 1) throw new GrpcError(GrpcStatus.INTERNAL, `a message begins with 0 or 1; got ${flag}`);
    const length = prefix.readUInt32BE(1);
    if (length > this.#maxBytes) {
      const message = `a message has ${length} bytes; the bound is ${this.#maxBytes}`;
      throw new GrpcError(GrpcStatus.RESOURCE_EXHAUSTED, message);
    }
    return PREFIX_BYTES + length;
  }
}
