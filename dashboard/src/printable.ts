/** What isolates write, and what they are called, may be anything. Here it becomes text that shows what it is. */

/** Colours and the like, as terminals have them: nothing is hidden by leaving them out. */
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[\\d;:]*m`, "g");

/** What is not seen, or turns what follows around: control characters, marks of direction, invisible characters, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/gu;

/** In one line. */
export function printable(text: string): string {
  return text.replace(COLOURS, "").replaceAll("\t", "    ").replace(UNSEEN, shown);
}

/** With its line breaks. */
export function printableLines(text: string): string {
  return text.split(/\r?\n/).map(printable).join("\n");
}

/** A control character by its picture, any other by its number. */
function shown(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\u2039${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
}
