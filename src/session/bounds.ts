/**
 * What a peer may ask of this side. A peer that goes beyond is broken or hostile, and the session ends with PROTOCOL:
 * each bound is far above what our own side ever sends.
 */
export const BOUNDS = {
  /** Bytes of one frame: larger payloads go through shared memory or in chunks. */
  frameBytes: 64 * 1024 * 1024,
  /** Calls of the peer that run here at once. */
  runningCalls: 1_000_000,
  /** Things that the peer has given a handle. */
  handles: 1_000_000,
  /** Characters of the names that the peer has given handles to. */
  nameLength: 64 * 1024 * 1024,
  /** Bytes of one payload that goes out of band, and of all those that came in chunks and that no value refers to yet. */
  payloadBytes: 4 * 1024 * 1024 * 1024,
  /** Items of one stream that nobody has asked for yet. */
  waitingItems: 2_048,
  /** Their bytes, roughly, where there are more than two of them. */
  waitingItemBytes: 64 * 1024 * 1024,
} as const;
