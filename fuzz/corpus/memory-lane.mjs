import { PREFIX_LENGTH } from "../../dist/src/session/index.js";

/** @typedef {import("../../dist/src/session/index.js").LaneListener} LaneListener */

/** A lane without a descriptor: what is sent goes to a function, what is received comes by a call. */
export class MemoryLane {
  #onFrame;
  /** @type {LaneListener | undefined} */
  #listener;
  #closed = false;

  /** @param {(frame: Buffer) => void} onFrame */
  constructor(onFrame) {
    this.#onFrame = onFrame;
  }

  /** @param {Buffer} message @param {(isLost: boolean) => void} onSent */
  send(message, onSent) {
    if (!this.#closed) this.#onFrame(message.subarray(PREFIX_LENGTH));
    onSent(this.#closed);
    return true;
  }

  /** Whoever calls `receive` decides when. */
  pause() {}

  resume() {}

  /** @param {LaneListener} listener */
  listen(listener) {
    this.#listener = listener;
  }

  flushed() {
    return Promise.resolve();
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    queueMicrotask(() => this.#listener?.onClose());
  }

  /** @param {Buffer} frame */
  receive(frame) {
    if (!this.#closed) this.#listener?.onFrame(frame);
  }
}
