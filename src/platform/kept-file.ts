import { closeSync, openSync, readSync } from "node:fs";

/** Files of the kernel that are read like this are a few hundred bytes long. */
const LENGTH = 4_096;

const buffer = Buffer.allocUnsafeSlow(LENGTH);

/**
 * A small file of the kernel's that is read again and again: kept open, a read costs a fifth of what opening it costs too. The
 * kernel writes it anew for each reader, and a file of a process never becomes that of another with the same pid.
 */
export class KeptFile {
  readonly #path: string;
  #fd: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** What is in it now; empty where it is not there, or no more. */
  read(): string {
    try {
      this.#fd ??= openSync(this.#path, "r");
      return buffer.toString("latin1", 0, readSync(this.#fd, buffer, 0, LENGTH, 0));
    } catch {
      this.close();
      return "";
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
