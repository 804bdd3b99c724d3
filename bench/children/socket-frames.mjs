/** Frames of the raw socket peer: a length of four bytes, then that many bytes. */

/** What the first byte of a frame asks for. */
export const ADD = 1;
export const ECHO = 2;
export const CHUNKS = 3;

/** The length of a frame that carries two numbers, padded to the size of a small request. */
export const SMALL_FRAME = 64;

/** @param {number} length */
export function frameHead(length) {
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32LE(length);
  return head;
}

/**
 * Puts frames together from what a socket delivers.
 * @param {(frame: Buffer) => void} onFrame
 * @returns {(chunk: Buffer) => void}
 */
export function frameReader(onFrame) {
  /** @type {Buffer | undefined} */
  let frame;
  let filled = 0;
  const head = Buffer.alloc(4);
  let headFilled = 0;
  return (chunk) => {
    let position = 0;
    while (position < chunk.length) {
      if (frame === undefined) {
        const copied = chunk.copy(head, headFilled, position, position + 4 - headFilled);
        headFilled += copied;
        position += copied;
        if (headFilled < 4) return;
        headFilled = 0;
        filled = 0;
        frame = Buffer.allocUnsafeSlow(head.readUInt32LE());
      }
      const copied = chunk.copy(frame, filled, position);
      filled += copied;
      position += copied;
      if (filled === frame.length) {
        const whole = frame;
        frame = undefined;
        onFrame(whole);
      }
    }
  };
}
