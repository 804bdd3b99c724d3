import { StringDecoder } from "node:string_decoder";
import type { OutputLine } from "./host-process.js";

/** Longer lines are handed on in parts, so that a child that never ends a line cannot fill the host's memory. */
const MAX_LINE_LENGTH = 64 * 1024;

/** Cuts a stream of bytes into lines. A character that spans two chunks stays whole. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #onLine: (line: OutputLine) => void;
  #rest = "";

  constructor(onLine: (line: OutputLine) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** Takes what nobody listens to: only a line that is not over yet is kept, since a listener may come before its end. */
  skip(chunk: Buffer): void {
    const end = chunk.lastIndexOf(0x0a);
    if (end !== -1) {
      this.#decoder.end();
      this.#rest = "";
    }
    this.write(chunk.subarray(end + 1));
  }

  /** Hands on what was written after the last line break. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#rest !== "") this.#onLine({ line: this.#rest, partial: true });
    this.#rest = "";
  }

  #take(text: string): void {
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      const line = this.#emitLongParts(this.#rest + text.slice(start, end));
      this.#rest = "";
      this.#onLine({ line: line.endsWith("\r") ? line.slice(0, -1) : line, partial: false });
      start = end + 1;
    }
    this.#rest = this.#emitLongParts(this.#rest + text.slice(start));
  }

  /** Hands on what is too long, in parts; returns the rest. */
  #emitLongParts(line: string): string {
    let start = 0;
    while (line.length - start > MAX_LINE_LENGTH) {
      const end = start + MAX_LINE_LENGTH - (isHighSurrogate(line.charCodeAt(start + MAX_LINE_LENGTH - 1)) ? 1 : 0);
      this.#onLine({ line: line.slice(start, end), partial: true });
      start = end;
    }
    return start === 0 ? line : line.slice(start);
  }
}

/** Whether a character is the first half of a pair, which must not be cut in two. */
function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
