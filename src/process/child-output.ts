import type { Readable, Writable } from "node:stream";
import type { OutputLine, OutputMode } from "./host-process.js";
import { LineSplitter } from "./line-splitter.js";
import type { OutputBudget } from "./output-budget.js";

/** What to do with one output stream of a child. */
export interface OutputRoute {
  readonly mode: OutputMode;
  /** The host's own stream, for `"inherit"`. */
  readonly own: Writable;
  readonly onLine: (line: OutputLine) => void;
  /** How much is kept as events. */
  readonly budget: OutputBudget | undefined;
  /** Sees every chunk whatever the mode. */
  readonly onChunk?: (chunk: Buffer) => void;
}

/** How often the output of a process that has ended is looked at. */
const CHECK_MS = 50;

/** After so many checks without a byte, the output of a process that has ended is taken for complete. */
const SILENT_CHECKS = 5;

/** After so many checks it is, whatever comes: each leaves time to read more than a pipe can hold. */
const MOST_CHECKS = 20;

/** And after so many bytes, which is more than a pipe can hold. */
const MOST_BYTES = 16 * 1024 * 1024;

/** One output stream of a child, read to its end as its route says. */
export class ChildOutput {
  readonly #stream: Readable;
  readonly #closed: Promise<void>;
  #received = 0;
  #isFinishing = false;

  constructor(stream: Readable, { mode, own, onLine, onChunk, budget }: OutputRoute) {
    this.#stream = stream;
    const lines = mode === "events" ? new LineSplitter(onLine) : undefined;
    stream.on("data", (chunk: Buffer) => {
      this.#received += chunk.length;
      onChunk?.(chunk);
      lines?.write(budget === undefined ? chunk : budget.take(chunk));
      if (mode === "inherit" && !own.write(chunk) && !this.#isFinishing) pauseUntilDrained(stream, own);
    });
    // A read error (ECONNRESET when the child is killed on some platforms) is an end like any other: "close" follows.
    stream.on("error", () => {});
    this.#closed = new Promise((resolve) => {
      stream.once("close", () => {
        lines?.end();
        resolve();
      });
    });
  }

  /**
   * The process has ended: resolves when all that it wrote is read. Never rejects.
   *
   * What its pipe still holds is little, and so taken into memory: neither the end of the process nor what it wrote last
   * depends on how fast the host's own output is read. Time alone would not do as a bound for it, since a busy host may
   * read nothing for long. There is one because a descendant that left the process tree can hold the pipe for ever.
   */
  async finish(): Promise<void> {
    this.#isFinishing = true;
    this.#stream.resume();
    const most = this.#received + MOST_BYTES;
    let before = this.#received;
    let checks = 0;
    let silent = 0;
    const timer = setInterval(() => {
      checks += 1;
      silent = this.#received === before ? silent + 1 : 0;
      before = this.#received;
      if (silent >= SILENT_CHECKS || checks >= MOST_CHECKS || this.#received > most) this.#stream.destroy();
    }, CHECK_MS);
    await this.#closed;
    clearInterval(timer);
  }
}

/** The streams that wait for each of the host's own: one listener serves all isolates. */
const paused = new WeakMap<Writable, Set<Readable>>();

/** A slow reader of the host's output slows the child down, rather than fill the host's memory. */
function pauseUntilDrained(stream: Readable, own: Writable): void {
  // Broken or ended: it takes nothing more, and will never drain.
  if (!own.writable) return;
  stream.pause();
  const others = paused.get(own);
  if (others !== undefined) {
    others.add(stream);
    return;
  }
  const streams = new Set([stream]);
  paused.set(own, streams);
  const resume = (): void => {
    own.off("drain", resume).off("close", resume);
    paused.delete(own);
    for (const each of streams) each.resume();
  };
  own.on("drain", resume).on("close", resume);
}
