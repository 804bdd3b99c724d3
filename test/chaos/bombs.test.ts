import { expect, test } from "vitest";
import { runScript } from "../fuzz/run-script.js";

const BOMBS = ["heap", "buffer", "fork", "descriptor", "burn", "flood"];

test("every bomb ends only itself, for the right reason, and leaves nothing", { timeout: 120_000 }, async () => {
  const { code, output } = await runScript("chaos/bombs/main.mjs", "--times", "2", "--only", BOMBS.join());
  for (const bomb of BOMBS) expect(output).toMatch(new RegExp(`^\\| ${bomb} .*\\| 2 of 2 `, "m"));
  expect(code, output).toBe(0);
});

test("an option that means nothing is refused", async () => {
  const { code, output } = await runScript("chaos/bombs/main.mjs", "--only", "paper");
  expect(output).toContain('received "paper"');
  expect(code).toBe(1);
});
