/** What a peer may cost this side of its session. A peer that goes beyond ends the session with PROTOCOL. */
export interface Budget {
  /**
   * Bytes that are kept for the peer and that nobody asked for, as estimated: what it sent and nobody has taken, the arguments
   * of its calls while they run, its handles, and all that is being decoded but results.
   */
  readonly held: number;
  /** Bytes that are held, and what is being decoded of a result, together. The plain bytes of the result do not count. */
  readonly decoded: number;
  /** Entries of one frame: calls, results, items and everything else that a frame repeats. */
  readonly entries: number;
  /** Milliseconds that decoding what is in one frame may take, on the clock and of the processor. */
  readonly decodeMs: number;
  /** Bytes of answers that the peer has not read; while there are more, nothing is read from it. */
  readonly unsent: number;
}

/** What a process may cost its host, by default: the host may run on a machine of 1 GiB. */
export const BUDGET = {
  held: 96 * 1024 * 1024,
  decoded: 192 * 1024 * 1024,
  entries: 16_384,
  decodeMs: 750,
  unsent: 8 * 1024 * 1024,
} as const satisfies Budget;

/** What a host may cost its process, which has no way to do without it. */
export const UNBOUNDED: Budget = {
  held: Number.POSITIVE_INFINITY,
  decoded: Number.POSITIVE_INFINITY,
  entries: Number.POSITIVE_INFINITY,
  decodeMs: Number.POSITIVE_INFINITY,
  unsent: Number.POSITIVE_INFINITY,
};

/** Bytes of one frame, whoever sends it. Larger payloads go through shared memory or in chunks. */
export const FRAME_BYTES = 4 * 1024 * 1024;

/** Bytes of one value that a call of this side asked for, where nobody says otherwise. */
export const PAYLOAD_BYTES = 1024 * 1024 * 1024;
