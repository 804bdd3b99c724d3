import { closeSync, constants, fstatSync, openSync, renameSync, statSync, write, writeSync } from "node:fs";
import { Writable } from "node:stream";

/** How much is collected before whoever writes is asked to wait, in bytes. */
const HIGH_WATER_BYTES = 256 * 1024;

/** Like "a", but that a pipe which somebody put there is not waited for. */
const APPENDED_TO = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

/** What distinguishes one such file from another. */
export interface LogFileKind {
  /** What is not written any more where it cannot be, for the warning; with its verb. */
  readonly what: string;
  /** Of a file that is made. */
  readonly mode: number;
  /** Whether a file that is there already is full for this one. */
  readonly isFresh: boolean;
  /** What stands at the beginning of each file; told whether it is the first. */
  readonly head: ((isFirst: boolean) => string) | undefined;
}

const OUTPUT: LogFileKind = { what: "what isolates print is", mode: 0o666, isFresh: false, head: undefined };

/**
 * A file that lines are appended to. When it is full, it becomes `<path>.1`, in the place of the one before.
 *
 * One that is not fresh may have others that append to it, here or in other processes: all see how large it has become, and
 * whoever finds it full moves it for all.
 */
export class LogFile extends Writable {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #kind: LogFileKind;
  #descriptor: number;
  #size: number;

  /**
   * @param maxBytes Infinity for a file that grows for ever
   * @throws what keeps the file from being opened
   */
  constructor(path: string, maxBytes: number, kind = OUTPUT) {
    super({ highWaterMark: HIGH_WATER_BYTES, decodeStrings: true });
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#kind = kind;
    if (kind.isFresh && (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0) renameSync(path, `${path}.1`);
    this.#descriptor = openSync(path, "a", kind.mode);
    this.#size = fstatSync(this.#descriptor).size;
    if (this.#size === 0) this.#begin(true);
    // A full disk costs the lines, not the host.
    this.on("error", (error) => {
      process.emitWarning(`${kind.what} not written to ${path} any more: ${error.message}`, {
        code: "PROCESS_ISOLATION_LOG_FILE",
      });
    });
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      if (this.#maxBytes !== Number.POSITIVE_INFINITY && !this.#kind.isFresh) this.#follow();
      if (this.#size > 0 && this.#size + chunk.length > this.#maxBytes) this.#rotate();
    } catch (error) {
      done(error as Error);
      return;
    }
    this.#append(chunk, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    closeSync(this.#descriptor);
    done(error);
  }

  #append(chunk: Buffer, done: (error?: Error | null) => void): void {
    write(this.#descriptor, chunk, 0, chunk.length, null, (error, written) => {
      if (error !== null) {
        done(error);
        return;
      }
      this.#size += written;
      if (written < chunk.length) this.#append(chunk.subarray(written), done);
      else done();
    });
  }

  /** What others have done to the file meanwhile. */
  #follow(): void {
    const there = statSync(this.#path, { throwIfNoEntry: false });
    const own = fstatSync(this.#descriptor);
    this.#size = own.size;
    const isOwn = there?.ino === own.ino && there.dev === own.dev;
    if (there === undefined || (!isOwn && there.isFile())) this.#reopen();
  }

  #rotate(): void {
    renameSync(this.#path, `${this.#path}.1`);
    this.#reopen();
    this.#begin(false);
  }

  #reopen(): void {
    const full = this.#descriptor;
    this.#descriptor = openSync(this.#path, APPENDED_TO, this.#kind.mode);
    closeSync(full);
    this.#size = fstatSync(this.#descriptor).size;
  }

  #begin(isFirst: boolean): void {
    const head = this.#kind.head?.(isFirst);
    if (head !== undefined) this.#size += writeSync(this.#descriptor, head);
  }
}
