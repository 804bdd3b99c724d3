import { closeSync, constants, fstatSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { IsolationError } from "../errors/index.js";

/** Segments that are kept for reuse: making one anew means that the kernel has to clear its pages again. */
const MAX_IDLE_SEGMENTS = 4;

/** A larger one is given back to the system at once. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024;

interface Segment {
  readonly number: number;
  readonly path: string;
  readonly fd: number;
  size: number;
}

/**
 * The sending side of large payloads: files in a private folder that lies in memory. One payload is in one segment at a
 * time; the reader says when it has read it.
 */
export class SharedMemoryWriter {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #busy = new Map<number, Segment>();
  #idle: Segment[] = [];
  #segments = 0;
  #usable = true;

  /** @param prefix tells the two sides' files apart */
  constructor(folder: string, prefix: string) {
    this.#folder = folder;
    this.#prefix = prefix;
  }

  /** The number of the segment that now holds the bytes; `undefined` when the memory is full or missing. */
  write(bytes: Uint8Array): number | undefined {
    if (!this.#usable) return undefined;
    let segment: Segment | undefined;
    try {
      segment = this.#idle.pop() ?? this.#create();
      if (fstatSync(segment.fd).nlink === 0) throw new Error("somebody has removed the segment");
      writeAll(segment.fd, bytes);
      segment.size = Math.max(segment.size, bytes.length);
      this.#busy.set(segment.number, segment);
      return segment.number;
    } catch (error) {
      if (segment !== undefined) this.#destroy(segment);
      if (!isTemporary(error)) this.#usable = false;
      return undefined;
    }
  }

  /** The peer has read the segment. */
  release(number: number): void {
    const segment = this.#busy.get(number);
    if (segment === undefined) return;
    this.#busy.delete(number);
    if (this.#idle.length < MAX_IDLE_SEGMENTS && segment.size <= MAX_IDLE_BYTES) this.#idle.push(segment);
    else this.#destroy(segment);
  }

  close(): void {
    this.#usable = false;
    for (const segment of [...this.#busy.values(), ...this.#idle]) this.#destroy(segment);
    this.#busy.clear();
    this.#idle = [];
  }

  #create(): Segment {
    this.#segments += 1;
    const path = join(this.#folder, `${this.#prefix}${this.#segments}`);
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    return { number: this.#segments, path, fd, size: 0 };
  }

  #destroy({ fd, path }: Segment): void {
    try {
      closeSync(fd);
      unlinkSync(path);
    } catch {
      // The folder went with its owner.
    }
  }
}

/** The receiving side. What it reads comes from a process that is not trusted. */
export class SharedMemoryReader {
  readonly #folder: string;
  readonly #prefix: string;

  constructor(folder: string, prefix: string) {
    this.#folder = folder;
    this.#prefix = prefix;
  }

  /** @throws IsolationError PROTOCOL when there is no such segment, or it does not hold so many bytes */
  read(number: number, length: number): Buffer {
    const path = join(this.#folder, `${this.#prefix}${number}`);
    let fd: number | undefined;
    try {
      // Neither a link to somewhere else nor a pipe that never answers.
      fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const stats = fstatSync(fd);
      if (!stats.isFile() || stats.size < length || stats.blocks * 512 < length) {
        throw new TypeError(`it does not hold ${length} bytes`);
      }
      const bytes = Buffer.allocUnsafeSlow(length);
      readAll(fd, bytes);
      return bytes;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new IsolationError("PROTOCOL", `the peer's shared-memory segment ${number} cannot be read: ${reason}`, {
        cause: error,
      });
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }
}

/** A full memory, or a full table of descriptors, may have room again; a folder that cannot be written to stays so. */
function isTemporary(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "ENOMEM", "EMFILE", "ENFILE"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) {
    offset += writeSync(fd, bytes, offset, bytes.length - offset, offset);
  }
}

function readAll(fd: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length; ) {
    const count = readSync(fd, bytes, offset, bytes.length - offset, offset);
    if (count === 0) throw new TypeError("it was cut off");
    offset += count;
  }
}
