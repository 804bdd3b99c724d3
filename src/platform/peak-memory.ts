import { forThisSystem } from "./for-this-system.js";
import { linuxPeakMemory } from "./peak-memory.linux.js";

/** What a process has held at most. */
export interface PeakMemory {
  /** Whether this system tells. */
  readonly isKnown: boolean;
  /** Bytes that were resident at most, and those swapped out now; undefined once the process is gone. */
  of(pid: number): number | undefined;
}

const UNKNOWN: PeakMemory = { isKnown: false, of: () => undefined };

/** The kernel's own account, which the process cannot change. */
export const peakMemory: PeakMemory = forThisSystem({
  linux: { isKnown: true, of: linuxPeakMemory },
  macos: UNKNOWN,
  windows: UNKNOWN,
});
