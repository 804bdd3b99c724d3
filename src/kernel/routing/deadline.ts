import { timerDelay } from "../../platform/index.js";
import { type Fields, indexOfField } from "./http2/hpack-decoder.js";

/** What a request may have waited before its deadline is told anew, in milliseconds. */
const SHORT_MS = 5;

/** The deadline of a request. */
export class Deadline {
  readonly #at: number;
  readonly #wholeMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param ms from now on */
  constructor(ms: number) {
    this.#wholeMs = ms;
    this.#at = performance.now() + ms;
  }

  get #left(): number {
    return Math.max(0, this.#at - performance.now());
  }

  /** Minds it from now on, unless it is minded already. */
  start(onPassed: () => void): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#left > 0) this.start(onPassed);
      else onPassed();
    }, timerDelay(this.#left));
  }

  /** Now that it has passed, minds it so many milliseconds more. */
  extend(ms: number, onPassed: () => void): void {
    this.#timer = setTimeout(onPassed, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A request that has waited says what is left. Rounded up, so that nobody gives up before the client does. */
  rewrite(fields: Fields): void {
    const left = Math.max(1, Math.ceil(this.#left));
    const at = indexOfField(fields, "grpc-timeout");
    if (at >= 0 && left + SHORT_MS < this.#wholeMs)
      fields[at + 1] = left < 1e8 ? `${left}m` : `${Math.ceil(left / 1e3)}S`;
  }
}
