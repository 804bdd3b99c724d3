import type { IsolateEvent } from "../events.js";

/** What is kept of each isolate: so many lines, and so many bytes of text. */
export const KEPT_LINES = 1_000;
export const KEPT_BYTES = 256 * 1024;

/** What a line costs beside its text, in bytes: many lines may be empty. */
const BYTES_PER_LINE = 64;

/** A line that an isolate wrote. */
export interface KernelLogLine {
  readonly isolate: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly generation: number;
  readonly pid: number;
  readonly stream: "stdout" | "stderr";
  /** Without its line break. */
  readonly text: string;
  /** A part of a line that is longer than 64 KiB, or the end of the output without a line break. */
  readonly partial: boolean;
}

/** What isolates wrote last, and who reads along. */
export class Logs {
  readonly #tails = new Map<string, Tail>();
  readonly #followers = new Set<(line: KernelLogLine) => void>();
  #order = 0;

  /** Takes what is a line among the events. */
  take(event: IsolateEvent): void {
    if (event.type !== "stdout" && event.type !== "stderr") return;
    const { isolate, generation, pid, type: stream, line: text, partial } = event;
    const line = { isolate, time: Date.now(), generation, pid, stream, text, partial };
    let tail = this.#tails.get(isolate);
    if (tail === undefined) {
      tail = new Tail();
      this.#tails.set(isolate, tail);
    }
    this.#order += 1;
    tail.push({ line, order: this.#order });
    for (const follower of this.#followers) follower(line);
  }

  /** The last lines of these isolates, in the order in which they were written; at most `most` of each. */
  tail(isolates: ReadonlySet<string> | undefined, most = KEPT_LINES): KernelLogLine[] {
    return [...this.#tails]
      .filter(([name]) => isolates?.has(name) ?? true)
      .flatMap(([, tail]) => tail.last(most))
      .sort((a, b) => a.order - b.order)
      .map(({ line }) => line);
  }

  /** Calls `onLine` with every line from now on; the result ends that. */
  follow(onLine: (line: KernelLogLine) => void): () => void {
    this.#followers.add(onLine);
    return () => void this.#followers.delete(onLine);
  }
}

interface Kept {
  readonly line: KernelLogLine;
  readonly order: number;
}

/** The last lines of one isolate, within both bounds. */
class Tail {
  /** Those before `#first` are gone, and are cut off now and then. */
  #lines: Kept[] = [];
  #first = 0;
  #bytes = 0;

  push(kept: Kept): void {
    this.#lines.push(kept);
    this.#bytes += costOf(kept);
    while (this.#lines.length - this.#first > KEPT_LINES || this.#bytes > KEPT_BYTES) this.#drop();
    if (this.#first > KEPT_LINES) {
      this.#lines = this.#lines.slice(this.#first);
      this.#first = 0;
    }
  }

  last(most: number): Kept[] {
    return this.#lines.slice(Math.max(this.#first, this.#lines.length - most));
  }

  #drop(): void {
    this.#bytes -= costOf(this.#lines[this.#first] as Kept);
    // What is left until the next cut takes no room.
    this.#lines[this.#first] = NOTHING;
    this.#first += 1;
  }
}

const NOTHING: Kept = {
  line: { isolate: "", time: 0, generation: 0, pid: 0, stream: "stdout", text: "", partial: false },
  order: 0,
};

function costOf({ line }: Kept): number {
  return Buffer.byteLength(line.text) + BYTES_PER_LINE;
}
