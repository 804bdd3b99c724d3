/** The versions of the handshake and contract that this package speaks: all from the oldest to the newest. */
export const PROTOCOLS = { oldest: 1, newest: 1 } as const;

/** The newest version that two sides speak; `undefined` where there is none. */
export function commonProtocol(
  peer: { readonly oldest: number; readonly newest: number },
  own: { readonly oldest: number; readonly newest: number } = PROTOCOLS,
): number | undefined {
  const newest = Math.min(peer.newest, own.newest);
  return newest < Math.max(peer.oldest, own.oldest) ? undefined : newest;
}
