import { endedBy } from "./exit-facts.js";
import type { Guard, LimitedExit, LimitVerdict } from "./guard.js";

const MIB = 2 ** 20;

/** V8 says so on stderr, and aborts; by its own traps where the last allocation fails. */
const MESSAGE = "JavaScript heap out of memory";
const SIGNALS = ["SIGABRT", "SIGTRAP", "SIGILL"] as const;

/** The megabytes after a collection: `Mark-Compact 61.9 (65.1) -> 61.5 (65.4) MB`. */
const AFTER_COLLECTION = /Mark-[Cc]ompact[^\n]*?-> ([\d.]+) \(/g;

/** The flags by which Node.js learns of the limit. */
export function heapFlags(bytes: number): string[] {
  return [`--max-old-space-size=${Math.floor(bytes / MIB)}`];
}

/** The heap limit, which V8 enforces itself. */
export class HeapGuard implements Guard {
  readonly #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Neither the message nor the abort is enough alone. */
  verdict(exit: LimitedExit, stderrTail: string): LimitVerdict | undefined {
    if (!SIGNALS.some((signal) => endedBy(signal, exit)) || !stderrTail.includes(MESSAGE)) return undefined;
    const last = [...stderrTail.matchAll(AFTER_COLLECTION)].at(-1)?.[1];
    const observed = last === undefined ? undefined : Math.round(Number(last) * MIB);
    return { reason: "heap-out-of-memory", limit: "heap", bound: this.#bytes, observed };
  }
}
