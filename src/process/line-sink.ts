import type { Writable } from "node:stream";

/** A longer line is written in parts, so that a child that never ends a line cannot fill the host's memory. */
const MAX_LINE_BYTES = 64 * 1024;

/** How long the last lines may take to be written, in milliseconds: a reader that has stopped must not hold an end back. */
const FLUSH_MS = 1_000;

const LINE_BREAK = 0x0a;

/** Writes what a process prints to a stream, in whole lines: several processes may share one. Never ends it. */
export class LineSink {
  readonly #stream: Writable;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #unwritten = 0;
  #onWritten: () => void = () => {};

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Returns whether the stream takes more. */
  write(chunk: Buffer): boolean {
    const end = chunk.lastIndexOf(LINE_BREAK) + 1;
    if (end === 0) {
      this.#keep(chunk);
      return this.#restBytes <= MAX_LINE_BYTES || this.#writeRest();
    }
    this.#keep(chunk.subarray(0, end));
    const takesMore = this.#writeRest();
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    return takesMore;
  }

  /** The process prints no more: ends its last line, so that the next process begins its own. */
  end(): void {
    if (this.#restBytes === 0) return;
    this.#keep(Buffer.of(LINE_BREAK));
    this.#writeRest();
  }

  /** Resolves when what was written has reached its place, or does not get there in time. Never rejects. */
  flushed(): Promise<void> {
    if (this.#unwritten === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, FLUSH_MS);
      this.#onWritten = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #keep(chunk: Buffer): void {
    this.#rest.push(chunk);
    this.#restBytes += chunk.length;
  }

  #writeRest(): boolean {
    const bytes = this.#rest.length === 1 ? (this.#rest[0] as Buffer) : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    // Ended or broken: whoever did that does not want the rest, and to write on would be an error of its own.
    if (!this.#stream.writable) return true;
    this.#unwritten += 1;
    return this.#stream.write(bytes, () => {
      this.#unwritten -= 1;
      if (this.#unwritten === 0) this.#onWritten();
    });
  }
}
