import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { names } from "../fixtures/session/hostile.mjs";

const HOST = fileURLToPath(new URL("../fixtures/session/hostile-host.mjs", import.meta.url));

/** What the contract gives: the host answers its neighbours within 2 s, and this many MiB more, at the worst moment and after it. */
const HELD_MS = 2_000;
const PEAK_MIB = 256;
const KEPT_MIB = 32;

/** How long a host with some attacks may take on a busy machine. */
const TIMEOUT_MS = 240_000;
const ATTACKS_OF_A_HOST = 8;

interface Report {
  readonly name: string;
  readonly answer: {
    readonly value?: string;
    readonly code?: string;
    readonly message?: string;
    readonly cause?: { readonly code: string; readonly message: string };
  };
  readonly heldMs: number;
  readonly peak: number;
  readonly kept: number;
  readonly isUsable: boolean;
  readonly generation: number;
}

/** Runs attacks in a host of their own; each in its own process of that host. */
async function runAttacks(attacks: readonly string[]): Promise<Report[]> {
  const host = spawn(process.execPath, ["--expose-gc", HOST, ...attacks], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void host.kill("SIGKILL"));
  const [output, errors] = await Promise.all([text(host.stdout), text(host.stderr), once(host, "close")]);
  expect(errors).toBe("");
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Report);
}

function groupsOf(attacks: readonly string[]): string[][] {
  const count = Math.ceil(attacks.length / ATTACKS_OF_A_HOST);
  return Array.from({ length: count }, (_, group) =>
    attacks.slice(group * ATTACKS_OF_A_HOST, (group + 1) * ATTACKS_OF_A_HOST),
  );
}

function expectHarmless({ name, heldMs, peak, kept, isUsable }: Report): void {
  expect.soft(heldMs, `${name}: the longest time that the event loop was held`).toBeLessThan(HELD_MS);
  expect.soft(peak, `${name}: MiB at the worst moment`).toBeLessThan(PEAK_MIB);
  expect.soft(kept, `${name}: MiB that stay`).toBeLessThan(KEPT_MIB);
  expect.soft(isUsable, `${name}: the isolate can be called again`).toBe(true);
}

const { frames, values } = names();

describe.skipIf(process.platform !== "linux")("a process that writes to its host by itself", () => {
  test.each(groupsOf(frames))(
    "is ended with PROTOCOL for frames, and replaced: %s, %s, %s, %s, %s, %s, %s, %s",
    { timeout: TIMEOUT_MS },
    async (...attacks) => {
      const reports = await runAttacks(attacks);
      expect(reports.map(({ name }) => name)).toEqual(attacks);
      for (const report of reports) {
        expectHarmless(report);
        expect.soft(report.answer, report.name).toMatchObject({ code: "CRASHED", cause: { code: "PROTOCOL" } });
        expect.soft(report.generation, report.name).toBe(2);
      }
    },
  );

  test.each(groupsOf(values))(
    "gets its call failed with PROTOCOL for results, or is ended: %s, %s, %s, %s, %s, %s, %s, %s",
    { timeout: TIMEOUT_MS },
    async (...attacks) => {
      const reports = await runAttacks(attacks);
      expect(reports.map(({ name }) => name)).toEqual(attacks);
      for (const report of reports) {
        expectHarmless(report);
        const { code, value, cause } = report.answer;
        // A few are large, but not too large.
        expect.soft(cause?.code ?? code ?? value, report.name).toMatch(/^PROTOCOL$|^\[object/);
      }
    },
  );
});
