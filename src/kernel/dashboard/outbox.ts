import { FairLines } from "./fair-lines.js";
import type { EventFacts, LineFacts, Reading, Update } from "./messages.js";

/** Events that may wait for one page; the oldest go first. */
const WAITING_EVENTS = 500;

/** What waits to be sent to one page. Its size is bounded, however long the page does not read. */
export class Outbox {
  readonly #lines: FairLines;
  #events: EventFacts[] = [];
  #readings: { readonly readings: readonly Reading[]; readonly isPoint: boolean } | undefined;
  #wake: (() => void) | undefined;

  constructor(isolates: number) {
    this.#lines = new FairLines(isolates);
  }

  line(line: LineFacts): void {
    this.#lines.push(line);
    this.#wake?.();
  }

  lost(count: number): void {
    this.#lines.lost(count);
  }

  event(event: EventFacts): void {
    this.#events.push(event);
    if (this.#events.length > WAITING_EVENTS) this.#events.shift();
    this.#wake?.();
  }

  readings(readings: readonly Reading[], isPoint: boolean): void {
    this.#readings = { readings, isPoint: isPoint || this.#readings?.isPoint === true };
    this.#wake?.();
  }

  /** Resolves when something waits, or the signal is aborted. */
  async filled(signal: AbortSignal): Promise<void> {
    if (this.#events.length > 0 || this.#readings !== undefined || !this.#lines.isEmpty || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener("abort", done, { once: true });
    });
  }

  take(): Update {
    const { lines, dropped } = this.#lines.take();
    const events = this.#events;
    const readings = this.#readings;
    this.#events = [];
    this.#readings = undefined;
    return {
      kind: "update",
      ...readings,
      ...(events.length === 0 ? {} : { events }),
      ...(lines.length === 0 ? {} : { lines }),
      ...(Object.keys(dropped).length === 0 ? {} : { dropped }),
    };
  }
}
