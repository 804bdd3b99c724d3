import { fstatSync, readdirSync } from "node:fs";
import { readKernelText } from "../platform/index.js";
import type { StrayDescriptor } from "./stray-descriptors.js";

/** As /proc shows it, in octal; the same on every processor that Node.js runs on. */
const O_CLOEXEC = 0o2000000;

/** The descriptors of this process from `first` on that are not closed when a child becomes another program. */
export function linuxStrayDescriptors(first: number): StrayDescriptor[] {
  try {
    const numbers = readdirSync("/proc/self/fd").map(Number);
    return numbers.filter((number) => number >= first).flatMap(toStray);
  } catch {
    return [];
  }
}

function toStray(number: number): StrayDescriptor[] {
  try {
    const [, flags = ""] = /^flags:\s*([0-7]+)$/m.exec(readKernelText(`/proc/self/fdinfo/${number}`)) ?? [];
    if (flags === "" || (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0) return [];
    const { dev, ino } = fstatSync(number, { bigint: true });
    return [{ number, file: `${dev}:${ino}` }];
  } catch {
    // Closed since the listing, which was done through one itself.
    return [];
  }
}
