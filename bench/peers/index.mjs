/** All peers, ours first: the order of tables and charts. */
import { forkAdvanced, forkJson } from "./fork.mjs";
import { grpcUnary } from "./grpc-unary.mjs";
import { jestWorker } from "./jest-worker.mjs";
import { piscina } from "./piscina.mjs";
import { processIsolation } from "./process-isolation.mjs";
import { tinypool } from "./tinypool.mjs";
import { unixSocket } from "./unix-socket.mjs";
import { workerThreads } from "./worker-threads.mjs";
import { workerpool } from "./workerpool.mjs";

export { OURS } from "./process-isolation.mjs";

/** @type {readonly import("./peer.mjs").Peer[]} */
export const PEERS = [
  processIsolation,
  forkJson,
  forkAdvanced,
  workerThreads,
  piscina,
  tinypool,
  workerpool,
  jestWorker,
  grpcUnary,
  unixSocket,
];
