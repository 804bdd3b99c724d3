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

/** The streams that wait for each of the host's own: one listener serves all isolates. */
const waiting = new WeakMap<Writable, Set<Readable>>();

/** A slow reader of the host's output slows the child down, rather than fill the host's memory. */
function waitForDrain(own: Writable, stream: Readable): void {
  stream.pause();
  let streams = waiting.get(own);
  if (streams === undefined) {
    streams = new Set();
    waiting.set(own, streams);
  }
  if (streams.size === 0) {
    const paused = streams;
    own.once("drain", () => {
      for (const each of paused) each.resume();
      paused.clear();
    });
  }
  streams.add(stream);
}

/** Reads one output stream of a child to its end, as its route says. Resolves at the end; never rejects. */
export function routeOutput(stream: Readable, { mode, own, onLine, onChunk, budget }: OutputRoute): Promise<void> {
  const lines = mode === "events" ? new LineSplitter(onLine) : undefined;
  return new Promise((resolve) => {
    stream.on("data", (chunk: Buffer) => {
      onChunk?.(chunk);
      lines?.write(budget === undefined ? chunk : budget.take(chunk));
      if (mode === "inherit" && !own.write(chunk)) waitForDrain(own, stream);
    });
    // A read error (ECONNRESET when the child is killed on some platforms) is an end like any other: "close" follows.
    stream.on("error", () => {});
    stream.once("close", () => {
      lines?.end();
      resolve();
    });
  });
}
