import type { Guard, GuardedProcess, LimitedExit, LimitVerdict } from "./guard.js";
import { HeapEvidence } from "./heap-evidence.js";

const MIB = 2 ** 20;

/** The flags by which Node.js learns of the limit. */
export function heapFlags(bytes: number): string[] {
  return [`--max-old-space-size=${Math.floor(bytes / MIB)}`];
}

/** The heap limit, which V8 enforces itself. */
export class HeapGuard implements Guard {
  readonly #bytes: number;
  readonly #evidence: HeapEvidence;

  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#evidence = new HeapEvidence(bytes);
  }

  started({ innerPid }: GuardedProcess): void {
    this.#evidence.started(innerPid);
  }

  ready(): void {
    this.#evidence.ready();
  }

  heard(chunk: Buffer): void {
    this.#evidence.heard(chunk);
  }

  ended(): void {
    this.#evidence.ended();
  }

  verdict(exit: LimitedExit, stderrTail: string): LimitVerdict | undefined {
    if (!this.#evidence.isFull(exit, stderrTail)) return undefined;
    return { reason: "heap-out-of-memory", limit: "heap", bound: this.#bytes, observed: this.#evidence.peak };
  }
}
