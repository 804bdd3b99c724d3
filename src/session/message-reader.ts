import { IsolationError } from "../errors/index.js";
import { BOUNDS } from "./bounds.js";

/** A flag byte, which must be 0 (not compressed), and the length as four bytes, the most significant first. */
export const PREFIX_LENGTH = 5;

/** Cuts a byte stream into gRPC's length-prefixed messages. */
export class MessageReader {
  readonly #onMessage: (message: Buffer) => void;
  /** The start of a message whose end has not come. */
  #pieces: Buffer[] = [];
  #length = 0;
  /** How many bytes have to be there before anything can be done. */
  #wanted = PREFIX_LENGTH;

  constructor(onMessage: (message: Buffer) => void) {
    this.#onMessage = onMessage;
  }

  /** @throws IsolationError PROTOCOL when the stream is not what it should be */
  write(chunk: Buffer): void {
    if (this.#length === 0) {
      this.#read(chunk);
      return;
    }
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#wanted) return;
    const all = Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [];
    this.#length = 0;
    this.#read(all);
  }

  #read(bytes: Buffer): void {
    let start = 0;
    while (bytes.length - start >= PREFIX_LENGTH) {
      const end = start + PREFIX_LENGTH + messageLength(bytes, start);
      if (end > bytes.length) {
        this.#wanted = end - start;
        this.#keep(bytes.subarray(start));
        return;
      }
      this.#onMessage(bytes.subarray(start + PREFIX_LENGTH, end));
      start = end;
    }
    this.#wanted = PREFIX_LENGTH;
    if (start < bytes.length) this.#keep(bytes.subarray(start));
  }

  #keep(rest: Buffer): void {
    this.#pieces = [rest];
    this.#length = rest.length;
  }
}

function messageLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at + 1);
  if (bytes[at] === 0 && length <= BOUNDS.frameBytes) return length;
  throw new IsolationError(
    "PROTOCOL",
    `the peer sent a message with flag ${bytes[at]} and a length of ${length} bytes; ` +
      `the flag must be 0 and the length at most ${BOUNDS.frameBytes}`,
  );
}
