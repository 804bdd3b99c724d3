import type { Duplex } from "node:stream";
import { withTrueTicks } from "../intrinsics/index.js";
import type { Lifeline } from "./host-process.js";

/** What a process may say on its private descriptor in its whole life. An honest one says at most four short lines. */
export const LIFELINE_BOUNDS = {
  /** Bytes of one line, without its end. */
  lineBytes: 16 * 1024,
  /** Lines, those that mean nothing included. */
  lines: 64,
  /** Bytes of all lines, ends included. */
  bytes: 64 * 1024,
} as const;

/** A full line costs nothing until it is read as JSON, so only what is within the bounds gets that far. */
class BoundedLines {
  readonly #onLine: (line: string) => void;
  readonly #onBreach: (what: string) => void;
  #line: Buffer | undefined;
  #length = 0;
  #lines = 0;
  #bytes = 0;
  #isClosed = false;

  constructor(onLine: (line: string) => void, onBreach: (what: string) => void) {
    this.#onLine = onLine;
    this.#onBreach = onBreach;
  }

  write(chunk: Buffer): void {
    const breach = this.#isClosed ? undefined : this.#read(chunk);
    if (breach === undefined) return;
    this.close();
    this.#onBreach(breach);
  }

  /** What was too much, if anything. */
  #read(chunk: Buffer): string | undefined {
    const { bytes, lines, lineBytes } = LIFELINE_BOUNDS;
    this.#bytes += chunk.length;
    if (this.#bytes > bytes) return `more than ${bytes} bytes`;
    for (let start = 0; start < chunk.length && !this.#isClosed; ) {
      const end = chunk.indexOf(0x0a, start);
      const stop = end === -1 ? chunk.length : end;
      if (this.#length + stop - start > lineBytes) return `a line of more than ${lineBytes} bytes`;
      this.#keep(chunk.subarray(start, stop));
      if (end === -1) break;
      this.#lines += 1;
      if (this.#lines > lines) return `more than ${lines} lines`;
      this.#onLine(this.#take());
      start = end + 1;
    }
    return undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#line = undefined;
  }

  #keep(piece: Buffer): void {
    this.#line ??= Buffer.allocUnsafeSlow(LIFELINE_BOUNDS.lineBytes);
    piece.copy(this.#line, this.#length);
    this.#length += piece.length;
  }

  #take(): string {
    const line = this.#line?.toString("utf8", 0, this.#length) ?? "";
    this.#line = undefined;
    this.#length = 0;
    return line;
  }
}

/** The host's end of a process's private descriptor. */
export function createLifeline(pipe: Duplex): Lifeline {
  let onLine: (line: string) => void = () => {};
  let onBreach: (what: string) => void = () => {};
  const lines = new BoundedLines(
    (line) => onLine(line),
    (what) => {
      withTrueTicks(() => pipe.destroy());
      onBreach(what);
    },
  );
  withTrueTicks(() => pipe.on("data", (chunk: Buffer) => lines.write(chunk)));
  // EPIPE and ECONNRESET: the process is gone, which `ended` reports.
  pipe.on("error", () => {});
  return {
    send: (line) => void withTrueTicks(() => pipe.write(line)),
    onLine(listener) {
      onLine = listener;
    },
    onBreach(listener) {
      onBreach = listener;
    },
    close() {
      lines.close();
      withTrueTicks(() => pipe.destroy());
    },
  };
}
