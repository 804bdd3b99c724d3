// The child of the raw socket peer: connects to the path that it is given and answers each frame with one.
import { once } from "node:events";
import { createConnection } from "node:net";
import { ADD, CHUNKS, ECHO, frameHead, frameReader } from "./socket-frames.mjs";
import { add, chunkOf, echo } from "./work.mjs";

const socket = createConnection(/** @type {string} */ (process.argv[2]));

/** @param {Buffer} body */
function answer(body) {
  socket.cork();
  socket.write(frameHead(body.length));
  const hasRoom = socket.write(body);
  socket.uncork();
  return hasRoom;
}

async function sendChunks(/** @type {number} */ count, /** @type {number} */ size) {
  const chunk = chunkOf(size);
  for (let index = 0; index < count; index += 1) if (!answer(chunk)) await once(socket, "drain");
}

socket.on(
  "data",
  frameReader((frame) => {
    if (frame[0] === ADD) {
      frame.writeDoubleLE(add(frame.readDoubleLE(8), frame.readDoubleLE(16)), 8);
      answer(frame);
    } else if (frame[0] === ECHO) answer(/** @type {Buffer} */ (echo(frame)));
    else if (frame[0] === CHUNKS) void sendChunks(frame.readUInt32LE(4), frame.readUInt32LE(8));
  }),
);
socket.on("close", () => process.exit());
