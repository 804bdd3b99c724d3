import { IsolationError, jsonErrorPosition } from "../../errors/index.js";
import { refuseDeep } from "./nesting.js";
import { type ParsedText, placesIn } from "./yaml-source.js";

/**
 * JSON is YAML, as far as places go; whether it is JSON, JSON.parse says.
 *
 * @param name the file, for messages
 * @throws IsolationError `INVALID_OPTION` with line and column for what is no JSON, and for a key that is there twice
 */
export function parseJson(text: string, name: string): ParsedText {
  try {
    const value: unknown = JSON.parse(text);
    refuseDeep(text, name);
    const { twice, locate } = placesIn(text);
    if (twice === undefined) return { value, locate };
    throw new IsolationError("INVALID_OPTION", `${name}:${placeOf(text, twice)}: the key is there twice`);
  } catch (error) {
    if (IsolationError.is(error)) throw error;
    const position = mistakeIn(text);
    const what = position === undefined ? " it is nested too deep" : describeMistake(text, position);
    throw new IsolationError("INVALID_OPTION", `${name}:${what}`, { cause: error });
  }
}

/** Where it stops being JSON; undefined where the stack ends before. */
function mistakeIn(text: string): number | undefined {
  try {
    return jsonErrorPosition(text);
  } catch {
    return undefined;
  }
}

function describeMistake(text: string, position: number): string {
  const what = position >= text.length ? "it ends too early" : `unexpected ${JSON.stringify(text[position])}`;
  return `${placeOf(text, position)}: this is no JSON: ${what}`;
}

/** `line:column`, from 1. */
function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split("\n");
  return `${before.length}:${(before.at(-1) ?? "").length + 1}`;
}
