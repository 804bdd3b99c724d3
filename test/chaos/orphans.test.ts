import { expect, test } from "vitest";
import { runChaos } from "./run-chaos.js";

/** Each has other means: its own end, the group, the mark; the rest is for `npm run chaos -- --orphans`. */
const SITUATIONS = "idle,busy loop,stopped by SIGSTOP,forked twice,several isolates,during the child's start";

test("a host that is killed leaves nothing behind, whatever its child is doing", { timeout: 90_000 }, async () => {
  const { code, output } = await runChaos("--orphans", "--times", "2", "--only", SITUATIONS);
  expect(output).toContain("idle: nothing left after a second, 2 of 2 times");
  expect(code, output).toBe(0);
});
