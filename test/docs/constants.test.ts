import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { DOCUMENTS, REPOSITORY, readDocument, rowsOf } from "./markdown.js";

/** A row `| what | 64 MiB | `NAME` in `file` |`. */
interface Documented {
  readonly document: string;
  readonly name: string;
  readonly file: string;
  /** In bytes, milliseconds or pieces. */
  readonly value: number;
}

const UNITS: { readonly [unit: string]: number } = { "": 1, ms: 1, s: 1000, KiB: 1024, MiB: 2 ** 20, GiB: 2 ** 30 };

function toNumber(text: string): number {
  const [, digits = "", unit = ""] = /^([\d,.]+) ?(\w*)$/.exec(text) ?? [];
  return Number(digits.replaceAll(",", "")) * (UNITS[unit] ?? Number.NaN);
}

const documented: Documented[] = DOCUMENTS.flatMap((document) =>
  rowsOf(readDocument(document)).flatMap((cells) => {
    const match = /^`([\w.]+)` in `([\w./-]+)`$/.exec(cells.at(-1) ?? "");
    if (match === null) return [];
    return [{ document, name: match[1] ?? "", file: match[2] ?? "", value: toNumber(cells.at(-2) ?? "") }];
  }),
);

/** The value of a constant that is made of numbers alone; `GROUP.name` is a field of an object of such. */
function constantIn(file: string, name: string): number {
  const source = readFileSync(join(REPOSITORY, file), "utf8");
  const field = name.split(".").at(-1);
  const pattern = name.includes(".") ? `^  ${field}: ([^;\n]+),$` : `^(?:export )?const ${name} = ([^;\n]+);`;
  const expression = new RegExp(pattern, "m").exec(source)?.[1];
  if (expression === undefined) throw new Error(`${file} has no ${name}`);
  return runInNewContext(expression) as number;
}

test("there are constants in the documents", () => {
  expect(documented.length).toBeGreaterThan(15);
});

test.each(documented)("$name is as $document says", ({ name, file, value }) => {
  expect(constantIn(file, name)).toBe(value);
});
