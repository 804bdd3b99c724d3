import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { useIsolator } from "../helpers/use-isolator.js";
import { runSteps } from "./run-steps.js";
import { readScenarios, scenariosUrl } from "./scenario-file.js";

const { format, module, scenarios } = readScenarios();
const moduleUrl = fileURLToPath(new URL(module, scenariosUrl));

test("the scenario file has the format that this driver knows, and each name once", () => {
  expect(format).toBe(1);
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});

describe("the TypeScript client, by the scenario file of all clients", () => {
  test.each(scenarios)("$name", async ({ steps }) => {
    const isolator = await useIsolator({ from: scenariosUrl });
    await runSteps(isolator, moduleUrl, steps);
  });
});
