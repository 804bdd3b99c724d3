import { randomFillSync } from "node:crypto";
import { statfsSync } from "node:fs";
import { freemem } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { useIsolator } from "../helpers/use-isolator.js";

const PAYLOADS = fileURLToPath(new URL("fixtures/payloads.mjs", import.meta.url));
const GIB = 1024 ** 3;

/** The host's bytes twice, the process's once, and two segments in memory; then some. */
const NEEDED = 6 * GIB;

function whatIsMissing(): string | undefined {
  if (freemem() < NEEDED) return "less than 6 GiB of memory are free";
  if (process.platform !== "linux") return "there is no /dev/shm";
  const { bavail, bsize } = statfsSync("/dev/shm");
  return bavail * bsize < 2.5 * GIB ? "/dev/shm has no room for two gibibytes" : undefined;
}

test("a gibibyte arrives whole, both ways, in one process", { timeout: 120_000 }, async (context) => {
  const missing = whatIsMissing();
  if (missing !== undefined) context.skip(missing);
  const isolator = await useIsolator({ restart: false });
  const bytes = Buffer.allocUnsafeSlow(GIB);
  // An odd length, so that no two pages are alike.
  const block = randomFillSync(bytes.subarray(0, 16 * 1024 * 1024 + 13));
  for (let at = block.length; at < GIB; at += block.length) bytes.set(block.subarray(0, GIB - at), at);
  const back = await isolator.invoke(PAYLOADS, "echo", [{ rows: [{ bytes }] }]);
  const received = (back as { rows: [{ bytes: Buffer }] }).rows[0].bytes;
  expect(received.length).toBe(GIB);
  expect(received.equals(bytes)).toBe(true);
});
