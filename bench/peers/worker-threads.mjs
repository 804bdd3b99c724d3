import { Worker } from "node:worker_threads";
import { AS_IS } from "../children/message-server.mjs";
import { messageConnection } from "./message-connection.mjs";
import { childPath } from "./peer.mjs";

/** A thread, not a process: it shares the host's fate. @type {import("./peer.mjs").Peer} */
export const workerThreads = {
  name: "worker-threads",
  title: "worker_threads postMessage",
  async open() {
    const worker = new Worker(childPath("thread-child.mjs"), { execArgv: [] });
    const { receive, ...calls } = messageConnection((message) => worker.postMessage(message), AS_IS);
    worker.on("message", receive);
    return { ...calls, close: () => worker.terminate() };
  },
};
