/** What a peer that is not trusted may send beside messages: a gRPC server needs a fraction of it. */
export const CONNECTION_BOUNDS = {
  maxHeaderListPairs: 64,
  maxOutstandingPings: 1,
  maxReservedRemoteStreams: 0,
  maxSessionInvalidFrames: 10,
  maxSessionRejectedStreams: 1,
  maxSettings: 16,
  /** Of one block of headers: bytes as HTTP/2 counts them. */
  settings: { enablePush: false, maxHeaderListSize: 16 * 1024 },
} as const;
