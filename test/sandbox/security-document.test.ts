import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const repository = join(import.meta.dirname, "../..");

test.each(["docs/security.md", "docs/limits.md"])("every test that %s names is there", (document) => {
  const text = readFileSync(join(repository, document), "utf8");
  const named = [...text.matchAll(/`([^`\s]*\.test\.ts)`/g)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
});

test("every row about all settings, and every option, names its test", () => {
  const text = readFileSync(join(repository, "docs/security.md"), "utf8");
  const [, inEverySetting = ""] = /In every setting[^\n]*\n\n(.*?)\n\n/s.exec(text) ?? [];
  const rows = inEverySetting.split("\n").slice(2);
  expect(rows.length).toBeGreaterThan(5);
  for (const row of rows) expect(row).toMatch(/`[^`]+\.test\.ts` \|$/);
  const [, options = ""] = /\n## The options\n(.*?)\n## /s.exec(text) ?? [];
  for (const section of options.split(/\n### /).slice(1)) expect(section).toMatch(/\*Tests?:\*/);
});

test("SECURITY.md leads to the threat model", () => {
  expect(readFileSync(join(repository, "SECURITY.md"), "utf8")).toContain("(docs/security.md)");
});
