import { Metadata, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { SessionFrame, type SessionRequest, type SessionResponse } from "../../src/contract/index.js";
import { IsolationError } from "../../src/errors/index.js";
import { FRAME_BYTES, type Lane, type LaneListener, PREFIX_LENGTH } from "../../src/session/index.js";

/** The RPC `HostService.Session`, seen from the process, as a lane. */
export function createGrpcLane(call: ServerDuplexStream<SessionRequest, SessionResponse>): Lane {
  let listener: LaneListener | undefined;
  let closed = false;
  const onClose = (): void => {
    if (closed) return;
    closed = true;
    listener?.onClose();
  };
  // An error is how grpc-js ends a stream with a status of ours: destroyed, it would have none, and no end.
  const close = (error?: IsolationError): void => {
    if (closed) return;
    if (error === undefined) call.end();
    else call.emit("error", { code: status.INVALID_ARGUMENT, details: error.message });
  };
  // Headers now, so that the client knows that it was let in before there is a first answer.
  call.sendMetadata(new Metadata());
  return {
    send: (message) => !closed && call.write({ frame: SessionFrame.decode(message.subarray(PREFIX_LENGTH)) }),
    pause: () => call.pause(),
    resume: () => call.resume(),
    listen(next) {
      listener = next;
      call.on("data", ({ frame }: SessionRequest) => {
        if (frame === undefined) return;
        const bytes = Buffer.from(SessionFrame.encode(frame).finish());
        if (bytes.length <= FRAME_BYTES) next.onFrame(bytes);
        else close(new IsolationError("PROTOCOL", `a frame has ${bytes.length} bytes; the bound is ${FRAME_BYTES}`));
      });
      call.on("drain", () => next.onDrain());
      call.on("error", onClose);
      call.on("cancelled", onClose);
      call.once("end", () => {
        call.end();
        onClose();
      });
    },
    // grpc-js does not tell; the server's own close gives answers a moment to leave.
    flushed: () => Promise.resolve(),
    close,
  };
}
