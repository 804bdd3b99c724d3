import type { DecodeMeter } from "./decode-meter.js";
import { parseEncoded } from "./encoded-text.js";
import type { Encoded } from "./wire-format.js";

/** What hears of the things in a value that belong to somebody. */
export interface DiscardContext {
  readonly importReference: (descriptor: unknown) => void;
  readonly importBytes: (descriptor: unknown) => void;
  readonly meter?: DecodeMeter | undefined;
}

/**
 * Names what a value refers to, without making the value: of what is wrong with it nobody hears.
 *
 * @throws what `context` throws; TypeError, RangeError or SyntaxError when the bytes are not a value
 */
export function discardValue(encoded: Encoded, context: DiscardContext): void {
  const { root, ranges } = parseEncoded(encoded, context.meter);
  if (Array.isArray(ranges)) {
    for (const range of ranges) if (Array.isArray(range) && range[1] !== null) context.importBytes(range[1]);
  }
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== "object" || node === null) continue;
    if (Array.isArray(node) && node[0] === "$x") context.importReference(node[1]);
    else for (const child of Object.values(node)) if (typeof child === "object") open.push(child);
  }
}
