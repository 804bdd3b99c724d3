// The thread of the worker_threads peer.
import { parentPort } from "node:worker_threads";
import { AS_IS, serveMessages } from "./message-server.mjs";

const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
port.on(
  "message",
  serveMessages((message) => port.postMessage(message), AS_IS),
);
