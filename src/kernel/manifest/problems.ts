import { inspect } from "node:util";
import { IsolationError } from "../../errors/index.js";
import type { ManifestSource, Path } from "./source.js";

/** More are not shown. */
const SHOWN = 20;

interface Problem {
  readonly path: Path;
  readonly line: number;
  readonly text: string;
}

/** Collects what is wrong with a manifest, each with its place, to tell all of it at once. */
export class Problems {
  readonly #source: ManifestSource;
  readonly #problems: Problem[] = [];

  constructor(source: ManifestSource) {
    this.#source = source;
  }

  /**
   * What is wrong as a whole is not told where something in it was told already: it mostly follows from that.
   *
   * @param text what follows the name of the field: "must be …; received …"
   */
  add(at: Path, text: string, part: "key" | "value" = "value"): void {
    if (this.#problems.some(({ path }) => at.every((key, index) => path[index] === key))) return;
    const place = this.#source.locate(at, part);
    const prefix = this.#source.describe(place);
    const subject = at.length === 0 ? "the manifest" : fieldName(at);
    this.#problems.push({
      path: at,
      line: place?.line ?? 0,
      text: `${prefix === undefined ? "" : `${prefix}: `}${subject} ${text}`,
    });
  }

  mustBe(at: Path, bound: string, received: unknown): void {
    this.add(at, `must be ${bound}; received ${shown(received)}`);
  }

  /** @throws IsolationError `INVALID_OPTION` that tells every problem, in the order of the file */
  throwIfAny(): void {
    if (this.#problems.length === 0) return;
    const texts = this.#problems.toSorted((left, right) => left.line - right.line).map(({ text }) => text);
    const [first, ...others] = texts.slice(0, SHOWN);
    const more = texts.length > SHOWN ? [`and ${texts.length - SHOWN} more`] : [];
    throw new IsolationError("INVALID_OPTION", [first, ...others, ...more].join("\n  "));
  }
}

/** `isolates.parser.uses["host.log"][0]`. */
export function fieldName(path: Path): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === "number") return `${name}[${key}]`;
    if (!/^[\w$-]+$/.test(key)) return `${name}[${JSON.stringify(key)}]`;
    return name === "" ? key : `${name}.${key}`;
  }, "");
}

function shown(value: unknown): string {
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 100, maxArrayLength: 10 });
}
