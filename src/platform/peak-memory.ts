import { forThisSystem } from "./for-this-system.js";
import { LinuxPeakMemory } from "./peak-memory.linux.js";

/** Looks again and again at what one process has held at most. */
export interface PeakMemoryReader {
  /** Bytes that were resident at most, and those swapped out now; undefined once the process is gone. */
  read(): number | undefined;
  close(): void;
}

/** What processes have held at most. */
export interface PeakMemory {
  /** Whether this system tells. */
  readonly isKnown: boolean;
  open(pid: number): PeakMemoryReader;
}

const UNKNOWN: PeakMemory = { isKnown: false, open: () => ({ read: () => undefined, close() {} }) };

/** The kernel's own account, which the process cannot change. */
export const peakMemory: PeakMemory = forThisSystem({
  linux: { isKnown: true, open: (pid) => new LinuxPeakMemory(pid) },
  macos: UNKNOWN,
  windows: UNKNOWN,
});
