import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Whether a stream gets colours: only a terminal does, unless `NO_COLOR` is set or the terminal says it is dumb. */
export function hasColours(stream: { readonly isTTY?: boolean }, environment = process.env): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== "dumb";
}

/** The text, with terminal codes around it where the stream gets colours. */
export function styled(stream: NodeJS.WriteStream, format: Format, text: string): string {
  return hasColours(stream) ? styleText(format, text, { validateStream: false }) : text;
}

/** A control character, and with it what `inspect` and `styleText` write behind ESC to colour a text. */
const CONTROL = /\p{Cc}(?:\[(?:[1-4]|2[2-4]|3\d|90)m)?/gu;

/** The text with its lines and colours, and with all other control characters made visible. */
export function printableLines(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(CONTROL, (found) => {
    const isHarmless = found.startsWith("\u001b[") || found.startsWith("\n") || found.startsWith("\t");
    return isHarmless ? found : `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}${found.slice(1)}`;
  });
}

/** The text on one line and without control characters: it may come from a process that is not trusted. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
