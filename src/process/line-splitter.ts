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

  /** Hands on what was written after the last line break. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#rest !== "") this.#onLine({ line: this.#rest, partial: true });
    this.#rest = "";
  }

  #take(text: string): void {
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      const line = this.#rest + text.slice(start, end);
      this.#rest = "";
      this.#onLine({ line: line.endsWith("\r") ? line.slice(0, -1) : line, partial: false });
      start = end + 1;
    }
    this.#rest += text.slice(start);
    while (this.#rest.length > MAX_LINE_LENGTH) {
      this.#onLine({ line: this.#rest.slice(0, MAX_LINE_LENGTH), partial: true });
      this.#rest = this.#rest.slice(MAX_LINE_LENGTH);
    }
  }
}
