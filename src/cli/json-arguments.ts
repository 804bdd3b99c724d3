import { jsonErrorPosition } from "../errors/index.js";
import { CommandFailure } from "./command-failure.js";
import { EXIT } from "./exit-codes.js";

/** How much of a text is shown on either side of a mistake. */
const CONTEXT = 30;

/** The arguments of a call; a mistake is shown where it stands. */
export function parseArguments(json: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new CommandFailure(EXIT.usage, describeMistake(json, jsonErrorPosition(json)));
  }
  if (Array.isArray(value)) return value;
  throw new CommandFailure(EXIT.usage, `the arguments must be a JSON array, such as '[1, "two"]'; received ${json}`);
}

function describeMistake(json: string, position: number): string {
  const what = position >= json.length ? "it ends too early" : `unexpected ${JSON.stringify(json[position])}`;
  const start = Math.max(0, position - CONTEXT);
  // One column per character, so that the caret stands below its own.
  const shown = json.slice(start, position + CONTEXT).replace(/\s/g, " ");
  const caret = `${" ".repeat(position - start)}^`;
  return `the arguments are not JSON: ${what} at position ${position}\n  ${shown}\n  ${caret}`;
}
