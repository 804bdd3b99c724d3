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

/** The text on one line and without control characters: it may come from a process that is not trusted. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
