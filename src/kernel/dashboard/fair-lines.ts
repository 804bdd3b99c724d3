import type { LineFacts } from "./messages.js";

/** Lines that may wait for one page, of all isolates and of each one of many; and characters of their text. */
export const WAITING_LINES = 500;
const LEAST_PER_ISOLATE = 20;
const WAITING_CHARACTERS = 512 * 1024;

/** Characters of a line that a page gets. */
export const LINE_CHARACTERS = 4_096;

/** How many lines of each isolate there is room for. */
export function linesOfEach(isolates: number): number {
  return Math.max(LEAST_PER_ISOLATE, Math.floor(WAITING_LINES / Math.max(1, isolates)));
}

interface Waiting {
  readonly lines: { readonly line: LineFacts; readonly order: number }[];
  characters: number;
  dropped: number;
}

/**
 * Lines that wait to be sent to a page. Each isolate has its share: one that writes without end drops lines of its own, and
 * never the one line of a quiet one.
 */
export class FairLines {
  readonly #byIsolate = new Map<string, Waiting>();
  readonly #lines: number;
  readonly #characters: number;
  #order = 0;
  #isEmpty = true;

  /** @param isolates how many of them share */
  constructor(isolates: number) {
    this.#lines = linesOfEach(isolates);
    this.#characters = Math.max(2 * LINE_CHARACTERS, Math.floor(WAITING_CHARACTERS / Math.max(1, isolates)));
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  push(line: LineFacts): void {
    const own = this.#of(line.isolate);
    this.#order += 1;
    own.lines.push({ line, order: this.#order });
    own.characters += line.text.length;
    while (own.lines.length > this.#lines || own.characters > this.#characters) {
      own.characters -= own.lines.shift()?.line.text.length ?? 0;
      own.dropped += 1;
    }
    this.#isEmpty = false;
  }

  /** Lines that somebody else has dropped, of isolates that are not known. */
  lost(count: number): void {
    if (count === 0) return;
    this.#of("").dropped += count;
    this.#isEmpty = false;
  }

  /** All that waits, in the order in which it was written, and what was dropped, by isolate. */
  take(): { readonly lines: LineFacts[]; readonly dropped: Record<string, number> } {
    const kept = [...this.#byIsolate.values()].flatMap(({ lines }) => lines).sort((a, b) => a.order - b.order);
    const dropped = [...this.#byIsolate].filter(([, own]) => own.dropped > 0).map(([name, own]) => [name, own.dropped]);
    this.#byIsolate.clear();
    this.#isEmpty = true;
    return { lines: kept.map(({ line }) => line), dropped: Object.fromEntries(dropped) as Record<string, number> };
  }

  #of(isolate: string): Waiting {
    const own = this.#byIsolate.get(isolate) ?? { lines: [], characters: 0, dropped: 0 };
    this.#byIsolate.set(isolate, own);
    return own;
  }
}
