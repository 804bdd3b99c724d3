import type { IsolationError } from "../errors/index.js";

/** What carries the frames of a Session: a descriptor, or a gRPC stream. Ordered and reliable until it closes. */
export interface Lane {
  /**
   * Sends one encoded frame, with `PREFIX_LENGTH` bytes before it that are the lane's to fill. False when the peer does
   * not keep up and the caller had better wait for `onDrain`.
   *
   * @param onFailed called when it is certain that the peer will never see it; not called when nobody can know
   */
  send(message: Buffer, onFailed: () => void): boolean;
  /** Sets who hears of it all. Frames that came before are not lost. */
  listen(listener: LaneListener): void;
  /** Resolves when all that was sent has left this process, or never will. */
  flushed(): Promise<void>;
  /** Ends the lane at once; `onClose` follows. Where the lane can tell the peer why, it does. */
  close(error?: IsolationError): void;
}

export interface LaneListener {
  /** One encoded frame. The buffer is not kept by the lane. */
  onFrame(frame: Buffer): void;
  onDrain(): void;
  /** The lane is gone, whoever ended it; with an error when the peer sent what can be no message. Called once. */
  onClose(error?: IsolationError): void;
}
