import { fork } from "node:child_process";
import { once } from "node:events";
import { AS_BASE64, AS_IS } from "../children/message-server.mjs";
import { messageConnection } from "./message-connection.mjs";
import { childPath } from "./peer.mjs";

/** @typedef {import("./peer.mjs").Peer} Peer @typedef {import("./peer.mjs").Connection} Connection */

/** @param {"json" | "advanced"} serialization @returns {Peer} */
const forkPeer = (serialization) => ({
  name: `fork-${serialization}`,
  title: `fork IPC, ${serialization}`,
  open: async () => openFork(serialization),
});

/** @param {"json" | "advanced"} serialization @returns {Connection} */
function openFork(serialization) {
  const child = fork(childPath("fork-child.mjs"), [serialization], { serialization, execArgv: [] });
  const { receive, ...calls } = messageConnection(
    (message) => child.send(message),
    serialization === "json" ? AS_BASE64 : AS_IS,
  );
  child.on("message", receive);
  const exited = once(child, "exit");
  /** @type {Connection | undefined} */
  let successor;
  return {
    ...calls,
    pid: child.pid ?? 0,
    // The quickest supervisor that one can write: a new child as soon as the old one is reported dead.
    addAfterKill: async () => {
      child.kill("SIGKILL");
      await exited;
      successor = openFork(serialization);
      return successor.add(1, 1);
    },
    close: async () => {
      child.kill("SIGKILL");
      await exited;
      await successor?.close();
    },
  };
}

export const forkJson = forkPeer("json");
export const forkAdvanced = forkPeer("advanced");
