const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS = ["true", "false", "null"];
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** A text is not JSON from here on. */
class Mistake extends Error {
  readonly position: number;

  constructor(position: number) {
    super("not JSON");
    this.position = position;
  }
}

/**
 * Where a text stops being JSON: the index of the first character that cannot stand there, or its length when it ends
 * too early. `JSON.parse` tells this for some mistakes only, and in words that differ between versions of V8.
 */
export function jsonErrorPosition(text: string): number {
  const scanner = new Scanner(text);
  try {
    scanner.value();
    scanner.end();
    return text.length;
  } catch (error) {
    if (error instanceof Mistake) return error.position;
    throw error;
  }
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): void {
    this.#skip(WHITESPACE);
    const next = this.#text[this.#at];
    if (next === "[") this.#list("]", () => this.value());
    else if (next === "{") this.#list("}", () => this.#entry());
    else if (next === '"') this.#string();
    else if (!this.#skip(NUMBER)) this.#literal();
    this.#skip(WHITESPACE);
  }

  end(): void {
    if (this.#at < this.#text.length) this.#fail();
  }

  /** From an opening bracket to its closing one. */
  #list(close: string, item: () => void): void {
    this.#at += 1;
    this.#skip(WHITESPACE);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      item();
      const next = this.#text[this.#at];
      if (next !== "," && next !== close) this.#fail();
      this.#at += 1;
      if (next === close) return;
    }
  }

  #entry(): void {
    this.#skip(WHITESPACE);
    if (this.#text[this.#at] !== '"') this.#fail();
    this.#string();
    this.#skip(WHITESPACE);
    if (this.#text[this.#at] !== ":") this.#fail();
    this.#at += 1;
    this.value();
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined || next < " ") this.#fail();
      if (next === "\\") {
        if (!this.#skip(ESCAPE)) this.#fail();
        continue;
      }
      this.#at += 1;
      if (next === '"') return;
    }
  }

  #literal(): void {
    const literal = LITERALS.find((candidate) => this.#text.startsWith(candidate, this.#at));
    if (literal === undefined) this.#fail();
    this.#at += literal.length;
  }

  /** Moves past what the pattern matches here; says whether that was anything. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length > 0;
  }

  #fail(): never {
    throw new Mistake(this.#at);
  }
}
