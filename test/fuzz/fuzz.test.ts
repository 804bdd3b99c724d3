import { describe, expect, test } from "vitest";
import { runScript } from "./run-script.js";

/** Schedules that have found something before. */
const KNOWN_SEEDS = [1];
const INPUTS = 10_000;
const TIMEOUT_MS = 180_000;

const seeds = [...KNOWN_SEEDS, 1 + Math.floor(Math.random() * 2 ** 31)];

test.each(seeds)(
  "no input of a peer crashes, hangs or fills whoever reads it (seed %i)",
  {
    timeout: TIMEOUT_MS,
  },
  async (seed) => {
    const { code, output } = await runScript(
      "fuzz/main.mjs",
      "--inputs",
      `${INPUTS}`,
      "--seed",
      `${seed}`,
      "--without",
      "amplification",
    );
    expect(output).toContain(`seed ${seed}`);
    expect(output).toMatch(/^\| all +\| +1\d{4} /m);
    expect(code, output).toBe(0);
  },
);

test("what a process says and prints costs the host little, and the worst is shown", {
  timeout: TIMEOUT_MS,
}, async () => {
  const only = "amplification: handshake,amplification: child output,amplification: output of";
  const { code, output } = await runScript("fuzz/main.mjs", "--inputs", "2000", "--seed", "1", "--only", only);
  expect(code, output).toBe(0);
  expect(output).toMatch(/^\| handshake lines +\| +\d+ /m);
  expect(output).toMatch(/^\| output of a live isolate +\| +\d+ /m);
});

describe("a case", () => {
  const show = (seed: number) =>
    runScript("fuzz/main.mjs", "--only", "frames", "--without", "amplification", "--seed", `${seed}`, "--case", "7");

  test("can be had again from its seed and number alone", async () => {
    const [first, again, other] = await Promise.all([show(5), show(5), show(6)]);
    expect(first.output).toMatch(/^frames\n[\da-f]+\n/);
    expect(again.output).toBe(first.output);
    expect(other.output).not.toBe(first.output);
  }, 60_000);
});

test("an option that means nothing is refused", async () => {
  const { code, output } = await runScript("fuzz/main.mjs", "--inputs", "none");
  expect(output).toContain('--inputs must be a whole number from 1; received "none"');
  expect(code).toBe(1);
});
