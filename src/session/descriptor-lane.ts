import type { Duplex } from "node:stream";
import { IsolationError } from "../errors/index.js";
import { withTrueTicks } from "../intrinsics/index.js";
import type { Lane, LaneListener } from "./lane.js";
import { incomingBytesOf } from "./lane-socket.js";
import { PREFIX_LENGTH } from "./message-reader.js";
import { PacedReader } from "./paced-reader.js";

/** A lane over a stream socket that both sides hold from birth. */
export function createDescriptorLane(socket: Duplex): Lane {
  let listener: LaneListener | undefined;
  let closed = false;
  /** Whether this side closes it, and wants to hear no more. */
  let isOurs = false;
  let broken: IsolationError | undefined;
  const reader = new PacedReader(
    incomingBytesOf(socket),
    (frame) => listener?.onFrame(frame),
    (error) => {
      if (IsolationError.is(error)) broken = error;
      withTrueTicks(() => socket.destroy());
    },
  );
  const onClose = (): void => {
    if (closed) return;
    closed = true;
    if (isOurs) reader.stop();
    else reader.finish();
    listener?.onClose(broken);
  };
  // What went wrong is told by the end of the process; "close" follows.
  socket.on("error", () => {});
  socket.once("close", onClose);
  socket.once("end", () => withTrueTicks(() => socket.destroy()));
  return {
    send(message, onSent) {
      message[0] = 0;
      message.writeUInt32BE(message.length - PREFIX_LENGTH, 1);
      // A process that is dead has closed its end: the system refuses what is written then, as a whole.
      return withTrueTicks(() => socket.write(message, (error) => onSent(error !== null && error !== undefined)));
    },
    listen(next) {
      listener = next;
      socket.on("drain", () => next.onDrain());
      reader.start();
    },
    flushed: () =>
      new Promise((resolve) => {
        if (closed || socket.writableLength === 0) resolve();
        else socket.write(Buffer.alloc(0), () => resolve());
      }),
    pause: () => reader.pause(),
    resume: () => reader.resume(),
    close: () => {
      isOurs = true;
      withTrueTicks(() => socket.destroy());
    },
  };
}
