import { expect, test } from "vitest";
import { fencesOf, readDocument, sectionOf } from "./markdown.js";
import { useProject } from "./use-project.js";

const SECTION = sectionOf(readDocument("docs/debugging.md"), "Records");

test("a record is made, and runs again, as the page shows", async () => {
  const files = fencesOf(SECTION)
    .filter(({ language }) => language === "js")
    .map(({ text }) => [/^\/\/ (\S+)/.exec(text)?.[1] ?? "", text] as const);
  const project = useProject(new Map(files));
  const shown = fencesOf(SECTION).find(({ language }) => language === "text")?.text ?? "";
  let made = "";
  for (const [, command = ""] of shown.matchAll(/^\$ (.*)$/gm)) {
    const { stdout, stderr } = await project.run("sh", ["-c", command], `${project.path}/node_modules/.bin`);
    made += `$ ${command}\n${stdout}${stderr}`;
  }
  expect(made).toBe(shown);
});
