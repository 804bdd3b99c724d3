import type { IsolationError } from "../errors/index.js";

/** What carries the frames of a Session: a descriptor, or a gRPC stream. Ordered and reliable until it closes. */
export interface Lane {
  /**
   * Sends one encoded frame, with `PREFIX_LENGTH` bytes before it that are the lane's to fill. False when the peer does
   * not keep up and the caller had better wait for `onDrain`.
   *
   * @param onSent called when the message has left this process, or never will; `isLost` where it is certain that the peer
   *   will never see it
   */
  send(message: Buffer, onSent: (isLost: boolean) => void): boolean;
  /** Sets who hears of it all. Frames that came before are not lost. */
  listen(listener: LaneListener): void;
  /** Gives no further frame until `resume`. The peer may go on writing until what is between the two is full. */
  pause(): void;
  resume(): void;
  /** Resolves when all that was sent has left this process, or never will. */
  flushed(): Promise<void>;
  /** Ends the lane at once; `onClose` follows. Where the lane can tell the peer why, it does. */
  close(error?: IsolationError): void;
}

export interface LaneListener {
  /** One encoded frame, which is the listener's only until it returns: the lane reads into the same memory again. */
  onFrame(frame: Buffer): void;
  onDrain(): void;
  /** The lane is gone, whoever ended it; with an error when the peer sent what can be no message. Called once. */
  onClose(error?: IsolationError): void;
}
