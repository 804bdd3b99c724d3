import { invalidOption } from "../errors/index.js";
import { LogFile, type OutputTarget } from "../process/index.js";
import type { ResolvedOptions, ResolvedOutput } from "./options/index.js";

/** Where the output of all processes of one isolate goes. Files are open from here on. */
export class Outputs {
  readonly stdout: OutputTarget;
  readonly stderr: OutputTarget;
  readonly #files = new Map<string, LogFile>();

  /** @throws IsolationError INVALID_OPTION naming the file that cannot be opened */
  constructor({ stdout, stderr }: Pick<ResolvedOptions, "stdout" | "stderr">) {
    try {
      this.stdout = this.#open("stdout", stdout);
      this.stderr = this.#open("stderr", stderr);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** No process writes any more. Streams that were given are their owners' to end. */
  close(): void {
    for (const file of this.#files.values()) file.end();
    this.#files.clear();
  }

  #open(name: "stdout" | "stderr", output: ResolvedOutput): OutputTarget {
    if (typeof output === "string" || !("file" in output)) return output;
    const { file, maxBytes } = output;
    try {
      const opened = this.#files.get(file) ?? new LogFile(file, maxBytes);
      this.#files.set(file, opened);
      return opened;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw invalidOption(`${name}.file`, `a file that can be appended to (${why})`, file);
    }
  }
}
