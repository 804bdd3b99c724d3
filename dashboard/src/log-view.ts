import type { LineFacts } from "../../src/kernel/dashboard/messages.js";
import { LOG_LINE_LEVELS, type LogLineLevel } from "../../src/kernel/logs/level.js";
import type { KeptLine, LogBuffer } from "./log-buffer.js";
import { readLine } from "./read-line.js";

/** Lines that can be scrolled through. */
const SHOWN_LINES = 2_000;

export interface LogFilter {
  readonly isolate: string | undefined;
  readonly stream: "stdout" | "stderr" | undefined;
  /** This one or a more pressing one. */
  readonly level: LogLineLevel | undefined;
  /** In any case of its letters. */
  readonly text: string;
}

export const NO_FILTER: LogFilter = { isolate: undefined, stream: undefined, level: undefined, text: "" };

/** The lines that match a filter: found anew when it changes, and else only among those that come. */
export class LogView {
  readonly #buffer: LogBuffer;
  #filter = NO_FILTER;
  #lines: KeptLine[] = [];

  constructor(buffer: LogBuffer) {
    this.#buffer = buffer;
  }

  get lines(): readonly KeptLine[] {
    return this.#lines;
  }

  get filter(): LogFilter {
    return this.#filter;
  }

  choose(filter: LogFilter): void {
    this.#filter = filter;
    this.#lines = this.#buffer
      .all(filter.isolate)
      .filter(({ line }) => matches(line, filter))
      .slice(-SHOWN_LINES);
  }

  /** Takes those of the lines that match; gives how many. */
  push(fresh: readonly KeptLine[]): number {
    const found = fresh.filter(({ line }) => matches(line, this.#filter));
    if (found.length === 0) return 0;
    this.#lines = [...this.#lines, ...found].slice(-SHOWN_LINES);
    return found.length;
  }

  /** Forgets what is shown; the buffer keeps it for another filter. */
  clear(): void {
    this.#lines = [];
  }
}

function matches(line: LineFacts, { isolate, stream, level, text }: LogFilter): boolean {
  if (isolate !== undefined && line.isolate !== isolate) return false;
  if (stream !== undefined && line.stream !== stream) return false;
  if (level !== undefined && gravity(readLine(line).level ?? "trace") < gravity(level)) return false;
  return text === "" || line.text.toLowerCase().includes(text.toLowerCase());
}

function gravity(level: LogLineLevel): number {
  return LOG_LINE_LEVELS.indexOf(level);
}
