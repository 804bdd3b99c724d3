import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { DOCUMENTS, REPOSITORY, readDocument } from "./markdown.js";

/** How GitHub names the anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replace(/\s/g, "-");
}

function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1] ?? ""));
}

test.each(DOCUMENTS)("every relative link in %s leads to a file, and to a heading of it", (path) => {
  const markdown = readDocument(path).replace(/^```.*?^```$/gms, "");
  const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  const broken = links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(REPOSITORY, target))) return true;
      return anchor !== undefined && !anchorsOf(readDocument(target)).includes(anchor);
    });
  expect(broken).toEqual([]);
});

test("the README leads to every other document", () => {
  const readme = readDocument("README.md");
  expect(DOCUMENTS.slice(1).filter((path) => !readme.includes(`](${path})`))).toEqual([]);
});
