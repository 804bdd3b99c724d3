/**
 * One way to have work done elsewhere. An adapter implements what its mechanism can do and leaves out the rest; a case
 * takes the peers that can do what it measures.
 *
 * @typedef {object} Peer
 * @property {string} name as in the JSON file and in `--peers`
 * @property {string} title as in tables and charts
 * @property {() => Promise<Connection>} open starts the other side; it may still be starting when this resolves
 *
 * @typedef {object} Connection
 * @property {(a: number, b: number) => Promise<number>} add one small call
 * @property {false} [concurrent] calls can only be made one after the other
 * @property {(bytes: Buffer) => Promise<Uint8Array>} [echo] sends bytes there and back
 * @property {(count: number, onItem: (item: import("../children/work.mjs").Item) => void) => Promise<void>} [items]
 *   a stream of small items from the other side
 * @property {(count: number, size: number, onChunk: (chunk: Uint8Array) => void) => Promise<void>} [chunks]
 *   a stream of buffers from the other side
 * @property {(count: number, concurrency: number, callback: (index: number) => number) => Promise<number>} [callBack]
 *   one call during which the other side calls back; resolves with the sum of the answers
 * @property {() => Promise<number>} [addAfterKill] kills the other side with SIGKILL; resolves with the next answer
 * @property {number} [pid] of the other side, where that is a process
 * @property {() => Promise<unknown>} close ends the other side
 */

/** @param {string} child a file name in bench/children */
export function childPath(child) {
  return new URL(`../children/${child}`, import.meta.url);
}
