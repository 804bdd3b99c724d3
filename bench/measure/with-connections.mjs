import { expectSame } from "./check.mjs";
import { withTimeLimit } from "./time-limit.mjs";

const START_LIMIT_MS = 30_000;

/**
 * Opens a connection to each peer, one after the other, and closes them all in the end.
 * @template T
 * @param {readonly import("../peers/peer.mjs").Peer[]} peers
 * @param {(connections: { name: string, connection: import("../peers/peer.mjs").Connection }[]) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withConnections(peers, use) {
  /** @type {{ name: string, connection: import("../peers/peer.mjs").Connection }[]} */
  const open = [];
  try {
    for (const { name, open: openPeer } of peers) {
      const connection = await openPeer();
      open.push({ name, connection });
      expectSame(await withTimeLimit(connection.add(1, 2), START_LIMIT_MS), 3, `first answer of ${name}`);
    }
    return await use(open);
  } finally {
    await Promise.all(open.map(({ connection }) => connection.close()));
  }
}
