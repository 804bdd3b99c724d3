import { openDescriptors } from "../platform/index.js";
import { isAbnormal } from "./exit-facts.js";
import type { Guard, GuardedProcess, LimitedExit, LimitVerdict } from "./guard.js";

/** As Node.js says it, and as everything that uses the C library does. */
const MESSAGE = /\bEMFILE\b|too many open files/i;

/** What needs two descriptors, such as a pipe, is refused when one is left. */
const SLACK = 1;

/**
 * The kernel refuses descriptors and counts nothing. So a process that says that it has none left is looked at while it
 * says so: only one that really holds as many as it may can die of the limit.
 */
export class OpenFilesGuard implements Guard {
  readonly #count: number;
  #pid: () => number | undefined = () => undefined;
  #most = 0;

  constructor(count: number) {
    this.#count = count;
  }

  started({ innerPid }: GuardedProcess): void {
    this.#pid = innerPid;
  }

  heard(chunk: Buffer): void {
    if (this.#isReached() || !MESSAGE.test(chunk.toString("latin1"))) return;
    const pid = this.#pid();
    if (pid !== undefined) this.#most = Math.max(this.#most, openDescriptors(pid) ?? 0);
  }

  verdict(exit: LimitedExit, stderrTail: string): LimitVerdict | undefined {
    if (!this.#isReached() || !isAbnormal(exit) || !MESSAGE.test(stderrTail)) return undefined;
    return { reason: "open-files-limit", limit: "openFiles", bound: this.#count, observed: this.#most };
  }

  #isReached(): boolean {
    return this.#most >= this.#count - SLACK;
  }
}
