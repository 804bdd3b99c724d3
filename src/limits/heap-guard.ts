import type { Guard, LimitedExit, LimitVerdict } from "./guard.js";

const MIB = 2 ** 20;

/** V8 says so on stderr, and aborts; by its own traps where the last allocation fails. */
const MESSAGE = "JavaScript heap out of memory";
const SIGNALS: readonly (NodeJS.Signals | null)[] = ["SIGABRT", "SIGTRAP", "SIGILL"];
/** What a sandbox in between makes of SIGABRT, and Node.js itself on Windows. */
const ABORT_CODE = 134;

/** The megabytes after a collection: `Mark-Compact 61.9 (65.1) -> 61.5 (65.4) MB`. */
const AFTER_COLLECTION = /Mark-[Cc]ompact[^\n]*?-> ([\d.]+) \(/g;

/** The heap limit, which V8 enforces itself. */
export class HeapGuard implements Guard {
  readonly #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** The flags by which Node.js learns of it. */
  get nodeFlags(): readonly string[] {
    return [`--max-old-space-size=${Math.floor(this.#bytes / MIB)}`];
  }

  /** Neither the message nor the abort is enough alone. */
  verdict({ code, signal }: LimitedExit, stderrTail: string): LimitVerdict | undefined {
    const aborted = signal === null ? code === ABORT_CODE : SIGNALS.includes(signal);
    if (!aborted || !stderrTail.includes(MESSAGE)) return undefined;
    const last = [...stderrTail.matchAll(AFTER_COLLECTION)].at(-1)?.[1];
    const observed = last === undefined ? undefined : Math.round(Number(last) * MIB);
    return { reason: "heap-out-of-memory", limit: "heap", bound: this.#bytes, observed };
  }
}
