import type { LineFacts } from "../../src/kernel/dashboard/messages.js";

/** Lines that are kept of each isolate, and characters of all of them. */
const KEPT_LINES = 500;
const KEPT_CHARACTERS = 8 * 1024 * 1024;

/** A line with its place among all. */
export interface KeptLine {
  readonly line: LineFacts;
  readonly order: number;
}

interface Tail {
  lines: KeptLine[];
  characters: number;
}

/** The last lines of each isolate: one that writes without end drives out none of another. */
export class LogBuffer {
  readonly #tails = new Map<string, Tail>();
  #order = 0;
  #characters = KEPT_CHARACTERS;
  /** What was seen of each before the connection was lost. */
  #seen = new Map<string, number>();

  /** A connection begins: the last lines come again, and those that are here are left out. */
  begin(isolates: number): void {
    this.#characters = Math.floor(KEPT_CHARACTERS / Math.max(1, isolates));
    this.#seen = new Map([...this.#tails].map(([name, { lines }]) => [name, lines.at(-1)?.line.time ?? 0]));
  }

  clear(): void {
    this.#tails.clear();
    this.#seen.clear();
  }

  /** Gives those that are new. */
  push(lines: readonly LineFacts[]): KeptLine[] {
    const fresh: KeptLine[] = [];
    for (const line of lines) {
      if (line.time <= (this.#seen.get(line.isolate) ?? 0)) continue;
      this.#order += 1;
      const kept = { line, order: this.#order };
      fresh.push(kept);
      this.#keep(kept);
    }
    return fresh;
  }

  /** The lines of one isolate, or of all, in the order in which they came. */
  all(isolate: string | undefined): KeptLine[] {
    if (isolate !== undefined) return [...(this.#tails.get(isolate)?.lines ?? [])];
    return [...this.#tails.values()].flatMap(({ lines }) => lines).sort((a, b) => a.order - b.order);
  }

  #keep(kept: KeptLine): void {
    const { isolate, text } = kept.line;
    const tail = this.#tails.get(isolate) ?? { lines: [], characters: 0 };
    this.#tails.set(isolate, tail);
    tail.lines.push(kept);
    tail.characters += text.length;
    // Cut now and then, and by many at once.
    if (tail.lines.length > 2 * KEPT_LINES) this.#cut(tail, KEPT_LINES);
    else if (tail.characters > this.#characters) this.#cut(tail, Math.floor(tail.lines.length / 2));
  }

  #cut(tail: Tail, most: number): void {
    tail.lines = tail.lines.slice(-Math.max(1, most));
    tail.characters = tail.lines.reduce((sum, { line }) => sum + line.text.length, 0);
  }
}
