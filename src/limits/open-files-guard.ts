import { isAbnormal } from "./exit-facts.js";
import type { Guard, LimitedExit, LimitVerdict } from "./guard.js";

/** As Node.js says it, and as everything that uses the C library does. */
const MESSAGE = /\bEMFILE\b|too many open files/i;

/** The kernel refuses descriptors and counts nothing: only who dies of it and says so can be told. */
export class OpenFilesGuard implements Guard {
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  verdict(exit: LimitedExit, stderrTail: string): LimitVerdict | undefined {
    if (!isAbnormal(exit) || !MESSAGE.test(stderrTail)) return undefined;
    return { reason: "open-files-limit", limit: "openFiles", bound: this.#count, observed: this.#count };
  }
}
