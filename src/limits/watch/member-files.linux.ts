import { readKernelText } from "../../platform/index.js";
import { KeptFile } from "../../platform/kept-file.js";

/** A descriptor each: for larger trees than those that stand still most of the time it is not worth that. */
const MOST_KEPT = 4;

/** One file of `/proc/PID` for each member of a tree that is looked at again and again. */
export class MemberFiles {
  readonly #name: string;
  #kept = new Map<number, KeptFile>();

  constructor(name: "stat" | "status") {
    this.#name = name;
  }

  /** Lets go of the files of those that are no members any more. */
  keepOnly(pids: readonly number[]): void {
    const kept = new Map<number, KeptFile>();
    for (const pid of pids.slice(0, MOST_KEPT)) kept.set(pid, this.#kept.get(pid) ?? new KeptFile(this.#pathOf(pid)));
    for (const [pid, file] of this.#kept) if (!kept.has(pid)) file.close();
    this.#kept = kept;
  }

  /** The text; empty once the process is gone. */
  read(pid: number): string {
    const kept = this.#kept.get(pid);
    if (kept !== undefined) return kept.read();
    try {
      return readKernelText(this.#pathOf(pid));
    } catch {
      return "";
    }
  }

  close(): void {
    this.keepOnly([]);
  }

  #pathOf(pid: number): string {
    return `/proc/${pid}/${this.#name}`;
  }
}
