import type { Readable, Writable } from "node:stream";
import type { OutputLine, OutputMode } from "./host-process.js";
import { LineSplitter } from "./line-splitter.js";

/** What to do with one output stream of a child. */
export interface OutputRoute {
  readonly mode: OutputMode;
  /** The host's own stream, for `"inherit"`. */
  readonly own: Writable;
  readonly onLine: (line: OutputLine) => void;
  /** Sees every chunk whatever the mode. */
  readonly onChunk?: (chunk: Buffer) => void;
}

/** Reads one output stream of a child to its end, as its route says. Resolves at the end; never rejects. */
export function routeOutput(stream: Readable, { mode, own, onLine, onChunk }: OutputRoute): Promise<void> {
  const lines = mode === "events" ? new LineSplitter(onLine) : undefined;
  return new Promise((resolve) => {
    stream.on("data", (chunk: Buffer) => {
      onChunk?.(chunk);
      lines?.write(chunk);
      if (mode === "inherit") own.write(chunk);
    });
    // A read error (ECONNRESET when the child is killed on some platforms) is an end like any other: "close" follows.
    stream.on("error", () => {});
    stream.once("close", () => {
      lines?.end();
      resolve();
    });
  });
}
