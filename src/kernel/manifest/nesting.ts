import { type CST, Parser } from "yaml";
import { IsolationError } from "../../errors/index.js";

/** Deeper than any manifest; a quarter of what the stack takes. */
const MAX_DEPTH = 200;

/**
 * Refuses a text, JSON or YAML, whose values lie too deep within each other to be composed: that takes the stack, and where a
 * regular expression is compiled at the end of it, V8 ends the process.
 *
 * @param name the file, for messages
 * @throws IsolationError INVALID_OPTION
 */
export function refuseDeep(text: string, name: string): void {
  if (isTooDeep(text)) throw new IsolationError("INVALID_OPTION", `${name}: it is nested too deep`);
}

function isTooDeep(text: string): boolean {
  const open: { readonly token: CST.Token | null | undefined; readonly depth: number }[] = [];
  for (const token of new Parser().parse(text)) open.push({ token, depth: 0 });
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { token, depth } = one;
    if (depth > MAX_DEPTH) return true;
    if (token?.type === "document") open.push({ token: token.value, depth });
    if (token === null || token === undefined || !("items" in token)) continue;
    for (const { key, value } of token.items) {
      open.push({ token: key, depth: depth + 1 }, { token: value, depth: depth + 1 });
    }
  }
  return false;
}
