/** Line breaks, carriage returns, terminal sequences, text direction: all that makes one line look like something else. */
const DECEIVING = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\t" };

/** Text of an isolate as a part of one line of a log, where it cannot forge a second one. */
export function printable(text: string): string {
  return text.replace(DECEIVING, (character) => {
    return SHORT[character] ?? `\\u${(character.codePointAt(0) as number).toString(16).padStart(4, "0")}`;
  });
}
