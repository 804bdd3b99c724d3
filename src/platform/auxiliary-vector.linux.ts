import { readFileSync } from "node:fs";
import { endianness } from "node:os";

const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

/** The units of /proc: what `getconf PAGESIZE` and `getconf CLK_TCK` say. */
export interface KernelUnits {
  pageBytes: number;
  ticksPerSecond: number;
}

let units: KernelUnits | undefined;

/** The kernel's units, from the vector that it hands to each process; Node has no call for `sysconf`. */
export function kernelUnits(): KernelUnits {
  units ??= readUnits();
  return units;
}

function readUnits(): KernelUnits {
  let vector = new Map<number, number>();
  try {
    const wordBytes = ["arm", "ia32", "mips", "mipsel"].includes(process.arch) ? 4 : 8;
    vector = parseAuxiliaryVector(readFileSync("/proc/self/auxv"), wordBytes, endianness());
  } catch {
    // Not readable in a process that is not dumpable: the usual values hold almost everywhere.
  }
  return { pageBytes: vector.get(AT_PAGESZ) ?? 4096, ticksPerSecond: vector.get(AT_CLKTCK) ?? 100 };
}

/** Pairs of key and value, each a machine word of `wordBytes`. */
export function parseAuxiliaryVector(bytes: Buffer, wordBytes: 4 | 8, order: "LE" | "BE"): Map<number, number> {
  const word = (offset: number): number => {
    if (wordBytes === 4) return order === "LE" ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset);
    return Number(order === "LE" ? bytes.readBigUInt64LE(offset) : bytes.readBigUInt64BE(offset));
  };
  const vector = new Map<number, number>();
  for (let offset = 0; offset + 2 * wordBytes <= bytes.length; offset += 2 * wordBytes) {
    vector.set(word(offset), word(offset + wordBytes));
  }
  return vector;
}
