import type { WriteStream } from "node:tty";

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
/** Terminals that know it show what comes between the two at once; others ignore it. */
const BEGIN = "\x1b[?2026h";
const END = "\x1b[?2026l";

/** The whole of a terminal, which shows again what was there when it is closed. */
export class FullScreen {
  readonly #stream: WriteStream;
  readonly #restore = (): void => void this.#stream.write(LEAVE);

  constructor(stream: WriteStream) {
    this.#stream = stream;
    stream.write(ENTER);
    process.once("exit", this.#restore);
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  get rows(): number {
    return this.#stream.rows || 24;
  }

  /** Line by line over what is there, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    const text = lines
      .slice(0, this.rows)
      .map((line) => `${line}\x1b[K`)
      .join("\r\n");
    this.#stream.write(`${BEGIN}\x1b[H${text}\x1b[J${END}`);
  }

  close(): void {
    process.off("exit", this.#restore);
    this.#restore();
  }
}
