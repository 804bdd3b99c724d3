import { kernelUnits } from "./auxiliary-vector.linux.js";
import { KeptFile } from "./kept-file.js";
import { readKernelText } from "./kernel-text.js";
import type { PeakMemoryReader } from "./peak-memory.js";

/** How often the kernel's own record of the peak is read, which costs many times what the present size costs. */
const RECORD_INTERVAL_MS = 500;

/** From `/proc/PID/statm` and `/proc/PID/status`; a zombie has no memory any more. */
export class LinuxPeakMemory implements PeakMemoryReader {
  readonly #pid: number;
  readonly #statm: KeptFile;
  #peak = 0;
  #recordAt = Number.NEGATIVE_INFINITY;

  constructor(pid: number) {
    this.#pid = pid;
    this.#statm = new KeptFile(`/proc/${pid}/statm`);
  }

  read(): number | undefined {
    const resident = Number(this.#statm.read().split(" ", 2)[1]) * kernelUnits().pageBytes;
    if (!(resident > 0)) return undefined;
    if (performance.now() - this.#recordAt < RECORD_INTERVAL_MS && resident <= this.#peak) return this.#peak;
    const peak = readRecord(this.#pid);
    if (peak === undefined) return undefined;
    this.#recordAt = performance.now();
    this.#peak = Math.max(this.#peak, peak);
    return this.#peak;
  }

  close(): void {
    this.#statm.close();
  }
}

function readRecord(pid: number): number | undefined {
  try {
    const status = readKernelText(`/proc/${pid}/status`);
    const [, resident] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    const [, swapped = "0"] = /^VmSwap:\s+(\d+) kB$/m.exec(status) ?? [];
    return resident === undefined ? undefined : (Number(resident) + Number(swapped)) * 1_024;
  } catch {
    return undefined;
  }
}
