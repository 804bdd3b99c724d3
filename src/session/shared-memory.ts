import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { IsolationError } from "../errors/index.js";

/** Segments that are kept for reuse: making one anew means that the kernel has to clear its pages again. */
const MAX_IDLE_SEGMENTS = 4;

/** A larger one is given back to the system at once. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024;

/** What may wait to be read: the peer decides for how long, and each segment costs a descriptor too. */
export interface UnreadBounds {
  readonly bytes: number;
  readonly segments: number;
}

const UNREAD: UnreadBounds = { bytes: 256 * 1024 * 1024, segments: 256 };

/** What `blocks` of a file counts. */
const BLOCK_BYTES = 512;

interface Segment {
  readonly number: number;
  readonly path: string;
  readonly fd: number;
  /** Bytes of the file. */
  size: number;
  /** Bytes of the payload that it holds. */
  length: number;
}

/**
 * The sending side of large payloads: files in a private folder that lies in memory. One payload is in one segment at a
 * time; the reader says when it has read it.
 */
export class SharedMemoryWriter {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #bounds: UnreadBounds;
  readonly #busy = new Map<number, Segment>();
  #idle: Segment[] = [];
  #segments = 0;
  #unreadBytes = 0;
  #usable = true;

  /** @param prefix tells the two sides' files apart */
  constructor(folder: string, prefix: string, bounds: UnreadBounds = UNREAD) {
    this.#folder = folder;
    this.#prefix = prefix;
    this.#bounds = bounds;
  }

  /**
   * The number of the segment that now holds the bytes; `undefined` when the memory is full or missing, or the peer has too
   * much of it to read.
   */
  write(bytes: Uint8Array): number | undefined {
    if (!this.#usable || !this.#hasRoom(bytes.length)) return undefined;
    let segment: Segment | undefined;
    try {
      segment = this.#idle.pop() ?? this.#create();
      if (fstatSync(segment.fd).nlink === 0) throw new Error("somebody has removed the segment");
      writeAll(segment.fd, bytes);
      segment.size = Math.max(segment.size, bytes.length);
      segment.length = bytes.length;
      this.#unreadBytes += bytes.length;
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
    this.#unreadBytes -= segment.length;
    if (this.#idle.length < MAX_IDLE_SEGMENTS && segment.size <= MAX_IDLE_BYTES) this.#idle.push(segment);
    else this.#destroy(segment);
  }

  close(): void {
    this.#usable = false;
    for (const segment of [...this.#busy.values(), ...this.#idle]) this.#destroy(segment);
    this.#busy.clear();
    this.#idle = [];
  }

  /** A single payload may be as large as it likes. */
  #hasRoom(bytes: number): boolean {
    if (this.#busy.size >= this.#bounds.segments) return false;
    return this.#busy.size === 0 || this.#unreadBytes + bytes <= this.#bounds.bytes;
  }

  #create(): Segment {
    this.#segments += 1;
    const path = join(this.#folder, `${this.#prefix}${this.#segments}`);
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    return { number: this.#segments, path, fd, size: 0, length: 0 };
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
  #owner: number | undefined;

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
      this.#check(fstatSync(fd), length);
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

  /** A segment is a file of its own that really has its bytes: neither one that costs nothing, nor somebody else's. */
  #check(stats: Stats, length: number): void {
    if (!stats.isFile()) throw new TypeError("it is no file");
    if (stats.nlink !== 1) throw new TypeError(`it has ${stats.nlink} names; it must have 1`);
    this.#owner ??= statSync(this.#folder).uid;
    if (stats.uid !== this.#owner) throw new TypeError(`it belongs to user ${stats.uid}, the folder to ${this.#owner}`);
    const bytes = Math.min(stats.size, stats.blocks * BLOCK_BYTES);
    if (bytes < length) throw new TypeError(`it holds ${bytes} of ${length} bytes`);
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
