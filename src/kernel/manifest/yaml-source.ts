import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { IsolationError } from "../../errors/index.js";
import { refuseDeep } from "./nesting.js";
import type { ManifestSource, Path, Place } from "./source.js";

/** How often values may be repeated by aliases: a few lines of them can stand for gigabytes. */
const MAX_ALIASES = 100;

/** Of the mistakes in a text; the later ones mostly follow from the first. */
const SHOWN = 5;

export type ParsedText = Pick<ManifestSource, "value" | "locate">;

/**
 * @param name the file, for messages
 * @throws IsolationError `INVALID_OPTION` with line and column for what is no YAML, or is more than data
 */
export function parseYaml(text: string, name: string): ParsedText {
  refuseDeep(text, name);
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, strict: true });
    refuseErrors(document, lines, name);
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value, locate: (path, part) => locate(document, lines, path, part) };
  } catch (error) {
    if (IsolationError.is(error)) throw error;
    // Nested too deep for the stack, or too many aliases.
    const reason = error instanceof Error ? error.message : String(error);
    throw new IsolationError("INVALID_OPTION", `${name} cannot be read as YAML: ${reason}`, { cause: error });
  }
}

/** Every place of a text of JSON by its path, and where a key is that its object has already. */
export function placesIn(text: string): { twice: number | undefined; locate: ManifestSource["locate"] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: false });
  const twice = document.errors.find(({ code }) => code === "DUPLICATE_KEY")?.pos[0];
  return { twice, locate: (path, part) => locate(document, lines, path, part) };
}

/** What is wrong with the text; a tag that nobody knows is, too, because its value would be something else than meant. */
function refuseErrors(document: Document, lines: LineCounter, name: string): void {
  const problems = [...document.errors, ...document.warnings].slice(0, SHOWN).map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return `${name}:${line}:${col}: ${message}`;
  });
  if (problems.length > 0) throw new IsolationError("INVALID_OPTION", problems.join("\n  "));
}

function locate(document: Document, lines: LineCounter, path: Path, part: "key" | "value"): Place | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [index, key] of path.entries()) {
    const isLast = index === path.length - 1;
    const held = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(held) ? (held.items as Pair[]).find((item) => keyOf(item) === String(key)) : undefined;
    const next: unknown = isSeq(held) && typeof key === "number" ? held.items[key] : pair?.value;
    if (pair === undefined && next === undefined) break;
    node = next;
    // Where something is missing, the key of what would hold it says more than the place of its first field.
    offset = (isLast && part === "value" ? startOf(next) : startOf(pair?.key ?? next)) ?? offset;
  }
  if (offset === undefined) return undefined;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
