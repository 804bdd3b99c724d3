import { expect, test } from "vitest";
import { runChaos } from "./run-chaos.js";

test("the isolates of a kernel may die as they like: no call is lost, run twice, or granted wrongly", {
  timeout: 90_000,
}, async () => {
  const { code, output } = await runChaos("--kernel", "--seconds", "5", "--seed", "11");
  expect(output).toMatch(/violations +\| +0 \|/);
  expect(code, output).toBe(0);
});
