import type { Guard, GuardedProcess } from "../guard.js";
import type { TreeMemory, TreeMemoryReader } from "./tree-memory.js";

/** About as fast as one thread can fill memory. */
const BYTES_PER_MS = 2_000_000;
const LONGEST_INTERVAL_MS = 100;

export interface MemoryBounds {
  /** Bytes; reported once. */
  readonly soft: number | undefined;
  /** Bytes; ends the tree. */
  readonly hard: number;
}

/** Measures a tree, the more often the less is missing to the next bound, and ends it above the hard one. */
export class MemoryWatch implements Guard {
  readonly #bounds: MemoryBounds;
  readonly #memory: TreeMemory;
  #reader: TreeMemoryReader | undefined;
  #delayMs = 0;
  #ended = false;
  #softReported = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(bounds: MemoryBounds, memory: TreeMemory) {
    this.#bounds = bounds;
    this.#memory = memory;
  }

  started(process: GuardedProcess): void {
    this.#reader = this.#memory.open(process.pid);
    void this.#look(process, this.#reader);
  }

  ended(): void {
    this.#ended = true;
    this.#reader?.close();
    clearTimeout(this.#timer);
  }

  async #look(process: GuardedProcess, reader: TreeMemoryReader): Promise<void> {
    const { soft, hard } = this.#bounds;
    const bound = soft === undefined || this.#softReported ? hard : soft;
    const observed = await reader.measure(bound, this.#delayMs / 2);
    if (this.#ended) return;
    if (observed !== undefined && observed > hard) {
      this.#ended = true;
      process.end({ reason: "memory-limit", limit: "memory", bound: hard, observed });
      return;
    }
    if (soft !== undefined && !this.#softReported && observed !== undefined && observed > soft) {
      this.#softReported = true;
      process.report({ limit: "memory.soft", bound: soft, observed });
    }
    const untilFullMs = (bound - (observed ?? 0)) / BYTES_PER_MS;
    this.#delayMs = Math.max(this.#memory.intervalMs, Math.min(untilFullMs, LONGEST_INTERVAL_MS));
    this.#timer = setTimeout(() => void this.#look(process, reader), this.#delayMs);
    this.#timer.unref();
  }
}
