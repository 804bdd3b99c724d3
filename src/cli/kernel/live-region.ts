import type { WriteStream } from "node:tty";

/** Terminals that know it show what comes between the two at once; others ignore it. */
const BEGIN = "\x1b[?2026h";
const END = "\x1b[?2026l";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/** Lines at the end of a terminal that are drawn again and again, with what is written once above them. */
export class LiveRegion {
  readonly #stream: WriteStream;
  /** As they stand there, without colours. */
  #widths: readonly number[] = [];
  #lines: readonly string[] = [];
  readonly #restore = (): void => void this.#stream.write(SHOW_CURSOR);

  constructor(stream: WriteStream) {
    this.#stream = stream;
    stream.write(HIDE_CURSOR);
    // However the command ends.
    process.once("exit", this.#restore);
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  /** How many lines there is room for. */
  get rows(): number {
    return Math.max(1, (this.#stream.rows || 24) - 1);
  }

  /** Draws these lines in the place of those before. */
  draw(lines: readonly string[]): void {
    this.#paint([], lines.slice(0, this.rows));
  }

  /** Writes lines above, which stay. */
  print(...lines: string[]): void {
    this.#paint(lines, this.#lines);
  }

  /** Leaves what is there. */
  close(): void {
    process.off("exit", this.#restore);
    this.#restore();
  }

  #paint(above: readonly string[], lines: readonly string[]): void {
    const { columns } = this;
    // Where the terminal has become narrower, what was drawn takes more of its rows now.
    const taken = this.#widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    const up = taken === 0 ? "" : `\x1b[${Math.min(taken, this.rows)}A`;
    const text = [...above, ...lines].map((line) => `${line}${CLEAR_LINE}\n`).join("");
    this.#stream.write(`${BEGIN}\r${up}${text}${CLEAR_BELOW}${END}`);
    this.#lines = lines;
    this.#widths = lines.map((line) => withoutColours(line).trimEnd().length);
  }
}

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

function withoutColours(line: string): string {
  return line.replace(COLOURS, "");
}
