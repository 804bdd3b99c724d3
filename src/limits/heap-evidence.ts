import { type PeakMemoryReader, peakMemory } from "../platform/index.js";
import { endedBy } from "./exit-facts.js";
import type { LimitedExit } from "./guard.js";
import { Repeated } from "./repeated.js";

const MIB = 2 ** 20;

/** V8 says so on stderr, in a line of its own, and aborts; by its own traps where the last allocation fails. */
const WORDS = "JavaScript heap out of memory";
const LINE = /^FATAL ERROR: .*Allocation failed - JavaScript heap out of memory\s*$/m;
const SIGNALS = ["SIGABRT", "SIGTRAP", "SIGILL"] as const;

/** Of a heap that is full, this part at least has come after the start, and is resident. */
const GROWN_SHARE = 0.4;
/** Where nobody has set a limit, V8 takes 2 GiB or more, if the machine has that. */
const LEAST_DEFAULT_BYTES = 512 * MIB;

/** About as fast as objects can be made. */
const BYTES_PER_MS = MIB / 2;
const SHORTEST_INTERVAL_MS = 10;
const LONGEST_INTERVAL_MS = 500;

/** A look that comes so much later than it should finds what a busy machine has left to find. */
const LATE_TIMES = 2;
const LATE_MS = 20;

const FLAG = /--max[-_](?:old[-_]space|heap)[-_]size[= ](\d+)/g;

/** The heap limit that flags for Node.js set, in bytes; the last one holds. */
export function heapBoundOf(flags: readonly string[]): number | undefined {
  const last = [...flags.join(" ").matchAll(FLAG)].at(-1)?.[1];
  return last === undefined ? undefined : Number(last) * MIB;
}

/**
 * Whether a process died of its full heap. What V8 says, and how it ends, any code can imitate; so the process must have
 * been seen to hold the memory too, as far as this system shows that.
 */
export class HeapEvidence {
  readonly #bound: number | undefined;
  readonly #needed: number;
  #pid: () => number | undefined = () => undefined;
  #reader: PeakMemoryReader | undefined;
  #hasEnded = false;
  #poll: Repeated | undefined;
  #base: number | undefined;
  #peak = 0;
  #lookedAt = 0;
  #intervalMs = 0;
  /** Whether the process ended while this one was kept from looking: then its word and its end have to do. */
  #wasKept = false;

  /** @param bound of the heap, in bytes; undefined for V8's own */
  constructor(bound: number | undefined) {
    this.#bound = bound;
    this.#needed = bound === undefined ? LEAST_DEFAULT_BYTES : bound * GROWN_SHARE;
  }

  /** The most bytes that the process was seen to hold; undefined where it was not seen. */
  get peak(): number | undefined {
    return this.#peak === 0 ? undefined : this.#peak;
  }

  /** @param pid of the process with the heap; undefined when it is gone */
  started(pid: () => number | undefined): void {
    this.#pid = pid;
  }

  /** The process has finished its start, and no code of the user's has run. */
  ready(): void {
    this.#look();
    // A heap as large as V8 makes it by itself dies slowly enough to be looked at when V8 says so.
    if (this.#bound === undefined || this.#base === undefined) return;
    this.#poll ??= new Repeated(() => {
      const sinceMs = performance.now() - this.#lookedAt;
      const isGone = !this.#look();
      if (isGone && sinceMs > LATE_TIMES * this.#intervalMs + LATE_MS) this.#wasKept = true;
      const missing = this.#missing();
      if (isGone || missing <= 0) this.#poll?.stop();
      this.#intervalMs = Math.min(Math.max(missing / BYTES_PER_MS, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS);
      return this.#intervalMs;
    });
  }

  /** It wrote to stderr: V8 does so before it aborts. */
  heard(chunk: Buffer): void {
    if (this.#missing() > 0 && chunk.includes(WORDS)) this.#look();
  }

  ended(): void {
    this.#hasEnded = true;
    this.#poll?.stop();
    this.#reader?.close();
  }

  isFull(exit: LimitedExit, stderrTail: string): boolean {
    if (!saysFull(exit, stderrTail)) return false;
    return !peakMemory.isKnown || this.#wasKept || this.#missing() <= 0;
  }

  /** False when there is nothing to see any more. */
  #look(): boolean {
    const pid = this.#hasEnded ? undefined : this.#pid();
    if (pid === undefined) return false;
    this.#reader ??= peakMemory.open(pid);
    const bytes = this.#reader.read();
    if (bytes === undefined) return false;
    this.#lookedAt = performance.now();
    this.#base ??= bytes;
    this.#peak = Math.max(this.#peak, bytes);
    return true;
  }

  #missing(): number {
    return this.#needed - (this.#peak - (this.#base ?? 0));
  }
}

/** Whether it ended, and spoke, as a process with a full heap. */
export function saysFull(exit: LimitedExit, stderrTail: string): boolean {
  return SIGNALS.some((signal) => endedBy(signal, exit)) && LINE.test(stderrTail);
}
