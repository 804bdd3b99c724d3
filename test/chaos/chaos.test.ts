import { expect, test } from "vitest";
import { runChaos } from "./run-chaos.js";

/** Schedules that have found something before. */
const KNOWN_SEEDS = [1, 11];
const SECONDS_EACH = 5;
/** A host's start, its end, and what the ledger says take longer than the deaths themselves. */
const TIMEOUT_MS = 90_000;

const seeds = [...KNOWN_SEEDS, 1 + Math.floor(Math.random() * 2 ** 31)];

test.each(seeds)(
  "under load and all kinds of deaths no call is lost, run twice or left waiting (seed %i)",
  {
    timeout: TIMEOUT_MS,
  },
  async (seed) => {
    const { code, output } = await runChaos("--seed", String(seed), "--seconds", String(SECONDS_EACH));
    expect(output).toContain("violations: 0");
    expect(code, output).toBe(0);
  },
);
