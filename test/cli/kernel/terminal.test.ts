import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { WriteStream } from "node:tty";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { type Column, fit, layOut } from "../../../src/cli/kernel/columns.js";
import { importedFiles } from "../../../src/cli/kernel/imported-files.js";
import { LiveRegion } from "../../../src/cli/kernel/live-region.js";
import { useShop } from "./use-shop.js";

interface Row {
  readonly name: string;
  readonly size: number;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "NAME", cell: ({ name }) => name, rank: 0 },
  { title: "SIZE", cell: ({ size }) => String(size), isRight: true, rank: 1, style: (cell) => `<${cell}>` },
];
const ROWS = [
  { name: "store", size: 7 },
  { name: "a-long-name", size: 1_234 },
];

test("columns are aligned, and coloured without counting that", () => {
  expect(layOut(COLUMNS, ROWS, 80)).toEqual(["NAME         SIZE", "store        <   7>", "a-long-name  <1234>"]);
});

test("what does not fit is left out by its rank, and what must stay is cut", () => {
  expect(layOut(COLUMNS, ROWS, 12)).toEqual(["NAME", "store", "a-long-name"]);
  expect(layOut(COLUMNS, ROWS, 6)).toEqual(["NAME", "store", "a-lon…"]);
  for (const width of [1, 2, 3, 5]) {
    for (const line of layOut(COLUMNS, ROWS, width)) expect(line.length).toBeLessThanOrEqual(width);
  }
  expect(layOut(COLUMNS, [], 80)).toEqual(["NAME  SIZE"]);
  expect(fit("abc", 0)).toBe("");
});

test("a live region is drawn in its own place, with what is printed above it", () => {
  const stream = Object.assign(new PassThrough(), { columns: 20, rows: 10 });
  const region = new LiveRegion(stream as unknown as WriteStream);
  const drawn = (): string => String(stream.read() ?? "");
  drawn();
  region.draw(["one", "two"]);
  expect(drawn()).toBe("\x1b[?2026h\rone\x1b[K\ntwo\x1b[K\n\x1b[J\x1b[?2026l");
  region.print("a line");
  expect(drawn()).toBe("\x1b[?2026h\r\x1b[2Aa line\x1b[K\none\x1b[K\ntwo\x1b[K\n\x1b[J\x1b[?2026l");
  region.draw(["x".repeat(20)]);
  drawn();
  // What was 20 wide takes two rows of 12.
  stream.columns = 12;
  region.draw(["y"]);
  expect(drawn()).toContain("\r\x1b[2A");
  region.close();
  expect(drawn()).toBe("\x1b[?25h");
});

test("the files of a module are those that it imports by relative paths, TypeScript included, within the folder", () => {
  const shop = useShop("never-started");
  shop.write(
    "main.ts",
    'import { a } from "./a.js";\nexport * from "./b";\nconst c = await import("./c.mjs");\nimport "node:fs";',
  );
  shop.write("a.ts", 'import "../outside.mjs"; import x from "a-package";');
  shop.write("b.ts", 'const d = require("./d.json");');
  shop.write("c.mjs", 'import "./main.ts";');
  shop.write("d.json", "{}");
  const files = importedFiles(pathToFileURL(join(shop.folder, "main.ts")).href, shop.folder);
  expect([...files].map((file) => file.slice(shop.folder.length + 1)).toSorted()).toEqual([
    "a.ts",
    "b.ts",
    "c.mjs",
    "d.json",
    "main.ts",
  ]);
  expect(importedFiles("a-package", shop.folder)).toEqual(new Set());
});
