import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isolate } from "process-isolation";
import { expect, onTestFinished, test } from "vitest";
import { readScenarios, runConformance } from "../../conformance/runner/index.mjs";
import { useDirectory } from "../helpers/use-directory.js";
import { fencesOf, REPOSITORY, readDocument, sectionOf } from "./markdown.js";

test.skipIf(process.platform === "win32")(
  "the whole pihost on the page keeps all of level json",
  async () => {
    const section = sectionOf(readDocument("docs/writing-a-pihost.md"), "A whole one");
    const program = fencesOf(section).find(({ language }) => language === "js")?.text ?? "";
    const file = join(useDirectory(), "minimal-pihost.mjs");
    writeFileSync(file, program);
    const target = {
      command: [process.execPath, file] as const,
      module: "./fixture.mjs",
      brokenModule: "./broken.mjs",
      from: join(REPOSITORY, "conformance/fixtures/node"),
      timeoutMs: 20_000,
    };
    const results = await runConformance(target, { scenarios: readScenarios(), jobs: 3 });
    const of = (verdict: string) => results.filter((result) => result.verdict === verdict);
    expect(of("failed")).toEqual([]);
    expect(of("passed").length).toBeGreaterThanOrEqual(100);
    // Nothing but features that level json has not.
    const missing = new Set(of("skipped").flatMap(({ why }) => why.replace("without ", "").split(", ")));
    expect(missing).not.toContain("session");
  },
  120_000,
);
