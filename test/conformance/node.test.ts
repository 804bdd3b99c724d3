import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { checkKnownFailures, type Result, readScenarios, runConformance } from "../../conformance/runner/index.mjs";

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const scenarios = readScenarios();
const names = scenarios.map(({ name }) => name);

describe.skipIf(process.platform === "win32")("the Node pihost keeps the contract", () => {
  const results = new Map<string, Result>();

  beforeAll(async () => {
    const target = {
      command: [process.execPath, folder("dist/pihost/boot.cjs")] as const,
      module: "./fixture.mjs",
      brokenModule: "./broken.mjs",
      from: folder("conformance/fixtures/node"),
      timeoutMs: 20_000,
    };
    for (const result of await runConformance(target, { scenarios, jobs: 3 })) results.set(result.name, result);
  }, 180_000);

  test.each(names)("%s", (name) => {
    expect(results.get(name)).toMatchObject({ verdict: "passed", why: "" });
  });
});

test("there are scenarios enough, and each has a name of its own", () => {
  expect(names.length).toBeGreaterThanOrEqual(120);
  expect(new Set(names).size).toBe(names.length);
});

test("lists of known failures name scenarios, with reasons", () => {
  for (const file of readdirSync(folder("conformance/known-failures"))) {
    const json: unknown = JSON.parse(readFileSync(folder(`conformance/known-failures/${file}`), "utf8"));
    expect(() => checkKnownFailures(json, names)).not.toThrow();
  }
});
