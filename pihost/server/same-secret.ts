import { timingSafeEqual } from "node:crypto";

/** Takes as long for every value of the right length, which is no secret. */
export function isSameSecret(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
