import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { ADD, CHUNKS, ECHO, frameHead, frameReader, SMALL_FRAME } from "../children/socket-frames.mjs";
import { childPath } from "./peer.mjs";
import { freshSocketPath } from "./socket-path.mjs";

/** The floor: bytes on a local socket between two Node processes, one request at a time. @type {import("./peer.mjs").Peer} */
export const unixSocket = {
  name: "unix-socket",
  title: process.platform === "win32" ? "raw named pipe" : "raw unix socket",
  async open() {
    const address = freshSocketPath();
    const server = createServer().listen(address.path);
    await once(server, "listening");
    const script = fileURLToPath(childPath("socket-child.mjs"));
    const child = spawn(process.execPath, [script, address.path], { stdio: ["ignore", "ignore", "inherit"] });
    const exited = once(child, "exit");
    const [socket] = /** @type {[import("node:net").Socket]} */ (await once(server, "connection"));
    const close = async () => {
      socket.destroy();
      server.close();
      await exited;
      address.remove();
    };
    return { ...requests(socket), pid: child.pid ?? 0, concurrent: false, close };
  },
};

/** @param {import("node:net").Socket} socket */
function requests(socket) {
  let onFrame = (/** @type {Buffer} */ _frame) => {};
  socket.on(
    "data",
    frameReader((frame) => onFrame(frame)),
  );
  /** @type {(frame: Buffer) => Promise<Buffer>} */
  const ask = (frame) =>
    new Promise((resolve) => {
      onFrame = resolve;
      socket.cork();
      socket.write(frameHead(frame.length));
      socket.write(frame);
      socket.uncork();
    });
  return {
    add: async (/** @type {number} */ a, /** @type {number} */ b) => {
      const frame = Buffer.alloc(SMALL_FRAME);
      frame[0] = ADD;
      frame.writeDoubleLE(a, 8);
      frame.writeDoubleLE(b, 16);
      return (await ask(frame)).readDoubleLE(8);
    },
    echo: (/** @type {Buffer} */ bytes) => {
      bytes[0] = ECHO;
      return ask(bytes);
    },
    chunks: (
      /** @type {number} */ count,
      /** @type {number} */ size,
      /** @type {(chunk: Uint8Array) => void} */ take,
    ) => {
      const frame = Buffer.alloc(12);
      frame[0] = CHUNKS;
      frame.writeUInt32LE(count, 4);
      frame.writeUInt32LE(size, 8);
      /** @type {Promise<void>} */
      const done = new Promise((resolve) => {
        let left = count;
        void ask(frame);
        onFrame = (chunk) => {
          take(chunk);
          left -= 1;
          if (left === 0) resolve();
        };
      });
      return done;
    },
  };
}
