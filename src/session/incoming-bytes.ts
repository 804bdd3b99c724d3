import type { Readable } from "node:stream";

/** Bytes that come, and can be made to wait. */
export interface IncomingBytes {
  /** Begins to read. */
  onBytes(listener: (bytes: Buffer) => void): void;
  pause(): void;
  resume(): void;
  /** Whether what is given is the listener's only until it returns: the same memory is read into again. */
  readonly areLent: boolean;
}

/** The bytes of a stream, whose chunks are whoever's gets them. */
export function incomingBytes(stream: Readable): IncomingBytes {
  return {
    onBytes: (listener) => stream.on("data", listener),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    areLent: false,
  };
}
