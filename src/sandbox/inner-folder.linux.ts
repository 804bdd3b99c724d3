import { constants } from "node:fs";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const MOST_FILES = 64;

/**
 * A folder in the memory of a sandbox, held open from outside: its files can still be read when the sandbox is gone, and
 * are gone themselves once it is closed.
 */
export class InnerFolder {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /**
   * @param pid a process inside, as it is called outside
   * @returns undefined when the process is gone, or has no such folder
   */
  static async open(pid: number, path: string): Promise<InnerFolder | undefined> {
    const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
    try {
      return new InnerFolder(await open(join(`/proc/${pid}/root`, path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    } catch {
      return undefined;
    }
  }

  /**
   * Copies its files into a folder out here. Call it once the sandbox is gone: nothing in it changes any more.
   *
   * @param mostBytes of all of them together; a file that would be above is left out
   */
  async copyOut(target: string, mostBytes: number): Promise<void> {
    const folder = `/proc/self/fd/${this.#handle.fd}`;
    let room = mostBytes;
    for (const name of (await readdir(folder)).slice(0, MOST_FILES)) {
      room -= await copyFile(join(folder, name), join(target, name), room).catch(() => 0);
    }
  }

  close(): Promise<void> {
    return this.#handle.close().catch(() => {});
  }
}

/** Gives the bytes that were copied. */
async function copyFile(from: string, to: string, room: number): Promise<number> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  // Neither a link nor a pipe: it was made by code that is not trusted.
  const source = await open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = await source.stat();
    const { size, blocks } = stats;
    // A file with holes is as large as its maker likes.
    if (!stats.isFile() || size === 0 || size > room || size > blocks * 512) return 0;
    const copy = await open(to, "wx", 0o600);
    await pipeline(source.createReadStream({ autoClose: false, end: size - 1 }), copy.createWriteStream());
    return size;
  } finally {
    await source.close();
  }
}
