import { createHash } from "node:crypto";
import { expectAnswer } from "./call-kind.mjs";

const source = Uint8Array.from({ length: 2 * 1024 * 1024 }, (_, index) => (index * 31 + (index >> 8)) & 0xff);

/** @param {import("./call-kind.mjs").Caller} caller @param {boolean} idempotent */
async function flip({ isolator, work, key, random }, idempotent) {
  const length = random.weighted([
    { weight: 6, low: 33, high: 256 },
    { weight: 1, low: 256, high: 2_000 },
  ]);
  const bytes = source.subarray(0, random.between(length.low, length.high) * 1024);
  const answer = /** @type {{ hash: string, flipped: Uint8Array }} */ (
    await isolator.invoke(work, "flip", [key, bytes], { idempotent })
  );
  expectAnswer(answer.hash, createHash("sha1").update(bytes).digest("hex"));
  expectAnswer(answer.flipped.length, bytes.length);
  expectAnswer(
    answer.flipped.findIndex((byte, index) => byte !== (~(/** @type {number} */ (bytes[index])) & 0xff)),
    -1,
  );
  return {};
}

/** Payloads that go through shared memory. @type {readonly import("./call-kind.mjs").CallKind[]} */
export const LARGE_CALLS = [
  { name: "large", weight: 3, make: (caller) => flip(caller, false) },
  { name: "large, idempotent", weight: 3, make: (caller) => flip(caller, true) },
];
