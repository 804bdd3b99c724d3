import { withTrueTicks } from "../intrinsics/index.js";
import type { IncomingBytes } from "./incoming-bytes.js";
import { MessageReader } from "./message-reader.js";

/** After so many bytes, or so many milliseconds, the rest of the event loop gets its turn: one peer must not keep the others waiting. */
const STRETCH_BYTES = 256 * 1024;
const STRETCH_MS = 10;

/** Reads the messages among bytes that come, a stretch at a time, and only as long as they are wanted. */
export class PacedReader {
  readonly #incoming: IncomingBytes;
  readonly #onBroken: (error: unknown) => void;
  readonly #messages: MessageReader;
  #stretch = 0;
  #stretchUntil = 0;
  #isResting = false;
  #isPaused = false;
  #isOver = false;
  #isFinishing = false;

  /**
   * @param onMessage gets each message, which is its own only until it returns where the bytes are lent
   * @param onBroken called when the bytes are not what they should be, or `onMessage` throws; nothing is read after it
   */
  constructor(incoming: IncomingBytes, onMessage: (message: Buffer) => void, onBroken: (error: unknown) => void) {
    this.#incoming = incoming;
    this.#onBroken = onBroken;
    this.#messages = new MessageReader((message) => {
      this.#stretch += message.length;
      const isOver = this.#stretch >= STRETCH_BYTES || performance.now() > this.#stretchUntil;
      if (isOver && !this.#isFinishing) this.#rest();
      onMessage(message);
    }, incoming.areLent);
  }

  /** Begins to read. */
  start(): void {
    const onBytes = (bytes: Buffer): void => {
      this.#stretchUntil = performance.now() + STRETCH_MS;
      this.#run(() => this.#messages.write(bytes));
    };
    withTrueTicks(() => this.#incoming.onBytes(onBytes));
  }

  pause(): void {
    this.#isPaused = true;
    this.#stop();
  }

  resume(): void {
    this.#isPaused = false;
    this.#goOn();
  }

  /** Nothing more will come: gives what came before, unless that was broken. */
  finish(): void {
    this.#isFinishing = true;
    this.#run(() => this.#messages.resume());
    this.stop();
  }

  /** Gives nothing more. */
  stop(): void {
    this.#isOver = true;
    this.#messages.pause();
  }

  #rest(): void {
    this.#isResting = true;
    this.#stop();
    setImmediate(() => {
      this.#isResting = false;
      this.#stretch = 0;
      this.#stretchUntil = performance.now() + STRETCH_MS;
      this.#goOn();
    });
  }

  #stop(): void {
    this.#messages.pause();
    withTrueTicks(() => this.#incoming.pause());
  }

  #goOn(): void {
    if (this.#isOver || this.#isPaused || this.#isResting) return;
    this.#run(() => this.#messages.resume());
    if (!this.#isOver && !this.#isPaused && !this.#isResting) withTrueTicks(() => this.#incoming.resume());
  }

  #run(read: () => void): void {
    if (this.#isOver) return;
    try {
      read();
    } catch (error) {
      this.#isOver = true;
      this.#onBroken(error);
    }
  }
}
