import { styled } from "../terminal.js";

const COLOURS = ["cyan", "magenta", "blue", "yellow", "green", "cyanBright", "magentaBright", "blueBright"] as const;

/** Colours a text in the colour of a name, which is always the same, where stdout has colours. */
export function nameColour(name: string): (text: string) => string {
  const sum = [...name].reduce((hash, character) => (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521, 7);
  return (text) => styled(process.stdout, COLOURS[sum % COLOURS.length] ?? "cyan", text);
}
