import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isolate } from "process-isolation";
import { describe, expect, onTestFinished, test } from "vitest";
import { readScenarios, runConformance } from "../../conformance/runner/index.mjs";
import { useDirectory } from "../helpers/use-directory.js";
import { fencesOf, REPOSITORY, readDocument, sectionOf } from "./markdown.js";

const GREETER = `
export const greet = (name) => "hello " + name;
export const die = () => process.exit(3);
`;

/** The program of the page, as a file. */
function useMinimalPihost(): string {
  const section = sectionOf(readDocument("docs/writing-a-pihost.md"), "A whole one");
  const file = join(useDirectory(), "minimal-pihost.mjs");
  writeFileSync(file, fencesOf(section).find(({ language }) => language === "js")?.text ?? "");
  return file;
}

describe.skipIf(process.platform === "win32")("the whole pihost on the page", () => {
  test("keeps all of level json", { timeout: 120_000 }, async () => {
    const target = {
      command: [process.execPath, useMinimalPihost()] as const,
      module: "./fixture.mjs",
      brokenModule: "./broken.mjs",
      from: join(REPOSITORY, "conformance/fixtures/node"),
      timeoutMs: 20_000,
    };
    const results = await runConformance(target, { scenarios: readScenarios(), jobs: 3 });
    const of = (verdict: string) => results.filter((result) => result.verdict === verdict);
    expect(of("failed")).toEqual([]);
    expect(of("passed").length).toBeGreaterThanOrEqual(100);
    // What is skipped wants a feature, or a kind of values, that level json has not.
    const missing = new Set(of("skipped").flatMap(({ why }) => why.replace("without ", "").split(", ")));
    expect(missing).not.toContain("session");
  });

  test("runs modules for the SDK, which restarts it", async () => {
    const file = join(useDirectory(), "greeter.mjs");
    writeFileSync(file, GREETER);
    const { api, isolator } = await isolate<{ greet(name: string): string; die(): void }>(file, {
      runtime: { command: [process.execPath, useMinimalPihost()] },
    });
    onTestFinished(async () => void (await isolator.terminate()));
    expect(await api.greet("you")).toBe("hello you");
    await expect(api.die()).rejects.toMatchObject({ code: "CRASHED", facts: { exitCode: 3 } });
    expect(await api.greet("again")).toBe("hello again");
    expect(await isolator.shutdown()).toMatchObject({ kind: "exited", code: 0, reason: "requested" });
  });
});
