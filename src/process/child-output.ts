import type { Readable, Writable } from "node:stream";
import { withTrueTicks } from "../intrinsics/index.js";
import type { OutputLine, OutputTarget } from "./host-process.js";
import { LineSink } from "./line-sink.js";
import { LineSplitter } from "./line-splitter.js";
import type { OutputBudget } from "./output-budget.js";
import { outputPace, type PacedOutput } from "./output-pace.js";
import { whenDrained } from "./when-drained.js";

/** What to do with one output stream of a child. */
export interface OutputRoute {
  readonly mode: OutputTarget;
  /** The host's own stream, for `"inherit"`. */
  readonly own: Writable;
  readonly onLine: (line: OutputLine) => void;
  /** Whether somebody listens to lines just now; else they are not even made. Absent for always. */
  readonly hasListener?: () => boolean;
  /** How much is kept as events. */
  readonly budget: OutputBudget | undefined;
  /** Sees every chunk whatever the mode. */
  readonly onChunk?: (chunk: Buffer) => void;
}

/** So much is handled before the time is looked at, in bytes: little at first, since each may be a line that takes long. */
const LEAST_SLICE_BYTES = 16;
const FIRST_SLICE_BYTES = 64;
const MOST_SLICE_BYTES = 4_096;

/** How long what a process wrote last is handled before everything else gets its turn, in milliseconds. */
const LAST_TURN_MS = 2;

/** How often the output of a process that has ended is looked at. */
const CHECK_MS = 50;

/** After so many checks without a byte, the output of a process that has ended is taken for complete. */
const SILENT_CHECKS = 5;

/** After so many checks it is, whatever comes: each leaves time to read more than a pipe can hold. */
const MOST_CHECKS = 20;

/** And after so many bytes, which is more than a pipe can hold. */
export const MOST_LAST_BYTES = 4 * 1024 * 1024;

/** One output stream of a child, read to its end as its route says, no faster than it is handled. */
export class ChildOutput implements PacedOutput {
  readonly #stream: Readable;
  readonly #route: OutputRoute;
  readonly #lines: LineSplitter | undefined;
  readonly #sink: LineSink | undefined;
  readonly #closed: Promise<void>;
  #onClosed: () => void = () => {};
  /** What was read and is not handled yet; nothing more is read meanwhile. */
  #unhandled: Buffer[] = [];
  #sliceBytes = FIRST_SLICE_BYTES;
  #received = 0;
  /** The most bytes that are received at all. */
  #most = Number.POSITIVE_INFINITY;
  /** The host's own stream is full. */
  #isBlocked = false;
  #isFinishing = false;
  #isOver = false;

  constructor(stream: Readable, route: OutputRoute) {
    this.#stream = stream;
    this.#route = route;
    this.#lines = route.mode === "events" ? new LineSplitter(route.onLine) : undefined;
    this.#sink = typeof route.mode === "object" ? new LineSink(route.mode) : undefined;
    withTrueTicks(() => stream.on("data", (chunk: Buffer) => this.#receive(chunk)));
    // A read error (ECONNRESET when the child is killed on some platforms) is an end like any other: "close" follows.
    stream.on("error", () => {});
    this.#closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    stream.once("close", () => {
      this.#isOver = true;
      this.#endIfHandled();
    });
  }

  /**
   * The process has ended: resolves when all that it wrote is read and handled. Never rejects.
   *
   * What its pipe still holds is little, and so taken without a pace and into memory: neither the end of the process nor
   * what it wrote last depends on how fast the host's own output is read. Time alone would not do as a bound for it,
   * since a busy host may read nothing for long. There is one because a descendant that left the process tree can hold
   * the pipe for ever.
   */
  async finish(): Promise<void> {
    this.#isFinishing = true;
    this.#isBlocked = false;
    outputPace.leave(this);
    this.#most = this.#received + MOST_LAST_BYTES;
    let before = this.#received;
    let checks = 0;
    let silent = 0;
    const timer = setInterval(() => {
      if (this.#unhandled.length > 0) return;
      checks += 1;
      silent = this.#received === before ? silent + 1 : 0;
      before = this.#received;
      if (silent >= SILENT_CHECKS || checks >= MOST_CHECKS) withTrueTicks(() => this.#stream.destroy());
    }, CHECK_MS);
    this.#handleLast();
    await this.#closed;
    clearInterval(timer);
    await this.#sink?.flushed();
  }

  work(deadline: number): boolean {
    this.#sliceBytes = Math.min(this.#sliceBytes, FIRST_SLICE_BYTES);
    for (let now = performance.now(); !this.#isBlocked && now < deadline; ) {
      const chunk = this.#unhandled.shift();
      if (chunk === undefined) break;
      const rest = this.#handle(chunk);
      if (rest.length > 0) this.#unhandled.unshift(rest);
      now = performance.now();
      this.#sliceBytes =
        now < deadline
          ? Math.min(MOST_SLICE_BYTES, this.#sliceBytes << 1)
          : Math.max(LEAST_SLICE_BYTES, this.#sliceBytes >> 1);
    }
    if (this.#isBlocked) return false;
    if (this.#unhandled.length > 0) return true;
    withTrueTicks(() => this.#stream.resume());
    this.#endIfHandled();
    return false;
  }

  #receive(chunk: Buffer): void {
    this.#received += chunk.length;
    const { onChunk, budget } = this.#route;
    onChunk?.(chunk);
    this.#unhandled.push(this.#lines === undefined || budget === undefined ? chunk : budget.take(chunk));
    if (this.#isFinishing) {
      this.#handleLast();
      if (this.#received > this.#most) withTrueTicks(() => this.#stream.destroy());
    } else if (!outputPace.take(this, chunk.length)) withTrueTicks(() => this.#stream.pause());
  }

  /** Does with some bytes what the route says; returns the others. */
  #handle(chunk: Buffer): Buffer {
    const { mode, own, hasListener } = this.#route;
    if (typeof mode === "object" && this.#sink?.write(chunk) === false && !this.#isFinishing) this.#block(mode);
    if (mode === "inherit" && !own.write(chunk) && !this.#isFinishing) this.#block(own);
    if (this.#lines === undefined) return chunk.subarray(chunk.length);
    if (hasListener?.() === false) {
      this.#lines.skip(chunk);
      return chunk.subarray(chunk.length);
    }
    const size = this.#sliceBytes;
    this.#lines.write(chunk.subarray(0, size));
    return chunk.subarray(size);
  }

  /** A slow reader of where the output goes slows the child down, rather than fill the host's memory. */
  #block(own: Writable): void {
    this.#isBlocked = whenDrained(own, () => {
      if (!this.#isBlocked) return;
      this.#isBlocked = false;
      outputPace.take(this, 0);
    });
    if (this.#isBlocked) withTrueTicks(() => this.#stream.pause());
  }

  /** In turns too, but as fast as can be. */
  #handleLast(): void {
    if (!this.work(performance.now() + LAST_TURN_MS)) return;
    withTrueTicks(() => this.#stream.pause());
    setImmediate(() => this.#handleLast());
  }

  #endIfHandled(): void {
    if (!this.#isOver || this.#unhandled.length > 0) return;
    this.#lines?.end();
    this.#sink?.end();
    this.#onClosed();
  }
}
