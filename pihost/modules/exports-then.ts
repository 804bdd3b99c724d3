import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isTypeScript } from "./file-kind.js";

const HAS_EXPORTS = /(?:^|[;}])\s*export\s*(?:[{*]|\b(?:default|async|function|const|let|var|class)\b)/m;
const EXPORTS_THEN =
  /\bexport\s*(?:(?:async\s+)?function\s*\*?\s*then\b|(?:const|let|var|class)\s+then\b|\{[^}]*\bthen\b[^}]*\})/;

/** After how long it is first looked whether a CommonJS module has run, and how rarely it is in the end. */
const LOOK_AFTER_MS = 20;
const LOOK_EVERY_MS = 1_000;

/**
 * Whether the text of an ES module leaves it open that it exports a `then`, be it from another module. CommonJS is left
 * out: of one that throws, when it is imported statically, Node 20 also reports a rejection that nobody handled.
 */
export function mayExportThen(url: string): boolean {
  try {
    const source = readFileSync(new URL(url), "utf8");
    // What tsx makes of TypeScript depends on who imports it.
    if (isTypeScript(url)) return EXPORTS_THEN.test(source);
    if (!HAS_EXPORTS.test(source)) return false;
    return /\bexport\s*\*/.test(source) || /\bthen\b/.test(source.replace(/\.\s*then\b/g, ""));
  } catch {
    // Whoever imports it says why it cannot be read.
    return false;
  }
}

/**
 * The exports of a CommonJS module once it has run, if they have a function called `then`: the promise of its import
 * calls that, and waits for what it says.
 *
 * @param signal ends the watch
 */
export async function commonJsThen(url: string, signal: AbortSignal): Promise<{ readonly default: unknown }> {
  const { cache } = createRequire(url);
  for (let wait = LOOK_AFTER_MS; ; wait = Math.min(2 * wait, LOOK_EVERY_MS)) {
    await delay(wait, undefined, { signal });
    const cached = cache[fileURLToPath(url)];
    if (cached?.loaded && typeof cached.exports?.then === "function") return { default: cached.exports };
  }
}
