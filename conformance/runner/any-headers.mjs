import { createConnection } from "node:net";
import { Duplex } from "node:stream";

const PREFACE = 24;
const FRAME_HEAD = 9;
const HEADERS = 1;
/** END_STREAM and END_HEADERS; what else a client may set is about the block that is replaced. */
const KEPT_FLAGS = 5;

/**
 * A connection on which each request has these headers instead of its own: also such as no client of Node.js would send.
 * @param {string} path @param {readonly (readonly [name: string, value: string])[]} headers
 */
export function connectWithHeaders(path, headers) {
  const socket = createConnection(path);
  const block = Buffer.concat(
    headers.map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)])),
  );
  let pending = Buffer.alloc(0);
  let start = PREFACE;
  const connection = new Duplex({
    read: () => void socket.resume(),
    write(chunk, _, done) {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= start + FRAME_HEAD) {
        const end = start + FRAME_HEAD + pending.readUIntBE(start, 3);
        if (pending.length < end) break;
        socket.write(pending.subarray(0, start));
        socket.write(replaced(pending.subarray(start, end), block));
        pending = pending.subarray(end);
        start = 0;
      }
      done();
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk) => connection.push(chunk) || socket.pause());
  socket.on("end", () => connection.push(null));
  socket.on("error", (error) => connection.destroy(error));
  return connection;
}

/** @param {Buffer} frame @param {Buffer} block */
function replaced(frame, block) {
  if (frame[3] !== HEADERS) return frame;
  const head = Buffer.from(frame.subarray(0, FRAME_HEAD));
  head.writeUIntBE(block.length, 0, 3);
  head[4] = (head[4] ?? 0) & KEPT_FLAGS;
  return Buffer.concat([head, block]);
}

/** A string of HPACK, without Huffman's code. @param {string} content */
function text(content) {
  const bytes = Buffer.from(content);
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  if (bytes.length < 255) return Buffer.concat([Buffer.from([127, bytes.length - 127]), bytes]);
  throw new RangeError(`a header of ${bytes.length} bytes is too long here`);
}
