import { invalidOption } from "../errors/index.js";

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b)$/i;

/**
 * A size in whole bytes, from a number of bytes or a text such as `"256MB"` (10^6) or `"512MiB"` (2^20).
 *
 * A bare letter, as in `"256M"`, is refused: half of the world's tools mean one unit by it and half the other.
 */
export function toBytes(name: string, value: unknown, minBytes: number): number {
  const bytes = typeof value === "string" ? parse(value) : value;
  if (typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes >= minBytes) return bytes;
  const bound = `a number of bytes, or a size with its unit such as "256MB" or "512MiB", of at least ${minBytes} bytes`;
  throw invalidOption(name, bound, value);
}

function parse(text: string): number | undefined {
  const [, amount, unit = ""] = SIZE.exec(text.trim()) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  return factor === undefined ? undefined : Math.floor(Number(amount) * factor);
}
