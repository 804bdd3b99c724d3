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
  /** Bytes of payloads that came in chunks and that no value refers to yet. */
  pendingChunkBytes: 4 * 1024 * 1024 * 1024,
  /** Bytes of one payload in shared memory. */
  segmentBytes: 4 * 1024 * 1024 * 1024,
  /** Items of one stream that nobody has asked for yet. */
  waitingItems: 2_048,
} as const;
