import { CODE, ConnectionError, DEFAULT_FRAME_BYTES, FRAME_HEADER_BYTES } from "./protocol.js";

const NOTHING = Buffer.alloc(0);

type OnFrame = (type: number, flags: number, streamId: number, payload: Buffer) => void;

/** Cuts bytes into frames. The payload of one that lies within a chunk is not copied. */
export class FrameReader {
  readonly #onFrame: OnFrame;
  readonly #head = Buffer.alloc(FRAME_HEADER_BYTES);
  #headLength = 0;
  #body: Buffer = NOTHING;
  #bodyLength = 0;
  #isStopped = false;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Whether a frame has begun and is not whole. */
  get isWithinFrame(): boolean {
    return this.#headLength > 0;
  }

  /** No further frame is given out. */
  stop(): void {
    this.#isStopped = true;
    this.#body = NOTHING;
  }

  /** @throws ConnectionError FRAME_SIZE_ERROR, and what `onFrame` throws */
  push(chunk: Buffer): void {
    let at = this.#headLength > 0 ? this.#continue(chunk) : 0;
    while (!this.#isStopped && this.#headLength === 0 && chunk.length - at >= FRAME_HEADER_BYTES) {
      const length = lengthOf(chunk, at);
      const from = at + FRAME_HEADER_BYTES;
      if (chunk.length - from < length) break;
      at = from + length;
      this.#emit(chunk, from - FRAME_HEADER_BYTES, chunk.subarray(from, at));
    }
    if (!this.#isStopped && at < chunk.length) this.#continue(chunk.subarray(at));
  }

  /** Takes what is missing of the frame that has begun; gives how much that was. */
  #continue(chunk: Buffer): number {
    let at = 0;
    if (this.#headLength < FRAME_HEADER_BYTES) {
      at = chunk.copy(this.#head, this.#headLength, 0, FRAME_HEADER_BYTES - this.#headLength);
      this.#headLength += at;
      if (this.#headLength < FRAME_HEADER_BYTES) return at;
      this.#body = Buffer.allocUnsafeSlow(lengthOf(this.#head, 0));
      this.#bodyLength = 0;
    }
    const taken = chunk.copy(this.#body, this.#bodyLength, at);
    this.#bodyLength += taken;
    if (this.#bodyLength < this.#body.length) return at + taken;
    const body = this.#body;
    this.#body = NOTHING;
    this.#headLength = 0;
    this.#emit(this.#head, 0, body);
    return at + taken;
  }

  #emit(head: Buffer, at: number, payload: Buffer): void {
    this.#onFrame(head[at + 3] as number, head[at + 4] as number, head.readUInt32BE(at + 5) & 0x7fffffff, payload);
  }
}

function lengthOf(head: Buffer, at: number): number {
  const length = head.readUIntBE(at, 3);
  if (length <= DEFAULT_FRAME_BYTES) return length;
  throw new ConnectionError(
    CODE.frameSize,
    `the peer sent a frame of ${length} bytes; ${DEFAULT_FRAME_BYTES} are the most`,
  );
}
