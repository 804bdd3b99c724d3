import type { Duplex } from "node:stream";
import { IsolationError } from "../errors/index.js";
import type { Lane, LaneListener } from "./lane.js";
import { MessageReader, PREFIX_LENGTH } from "./message-reader.js";

/** A lane over a stream socket that both sides hold from birth. */
export function createDescriptorLane(socket: Duplex): Lane {
  let listener: LaneListener | undefined;
  let closed = false;
  let broken: IsolationError | undefined;
  const reader = new MessageReader((frame) => listener?.onFrame(frame));
  const onClose = (): void => {
    if (closed) return;
    closed = true;
    listener?.onClose(broken);
  };
  const onData = (chunk: Buffer): void => {
    try {
      reader.write(chunk);
    } catch (error) {
      if (IsolationError.is(error)) broken = error;
      socket.destroy();
    }
  };
  // What went wrong is told by the end of the process; "close" follows.
  socket.on("error", () => {});
  socket.once("close", onClose);
  socket.once("end", () => socket.destroy());
  return {
    send(message, onFailed) {
      message[0] = 0;
      message.writeUInt32BE(message.length - PREFIX_LENGTH, 1);
      // A process that is dead has closed its end: the system refuses what is written then, as a whole.
      return socket.write(message, (error) => {
        if (error) onFailed();
      });
    },
    listen(next) {
      listener = next;
      socket.on("drain", () => next.onDrain());
      socket.on("data", onData);
    },
    flushed: () =>
      new Promise((resolve) => {
        if (closed || socket.writableLength === 0) resolve();
        else socket.write(Buffer.alloc(0), () => resolve());
      }),
    close: () => socket.destroy(),
  };
}
