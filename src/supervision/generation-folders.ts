import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { discardFolder, hostDirectory, sharedMemoryDirectory, socketAddress } from "../platform/index.js";
import type { SharedMemory } from "../session/index.js";

/**
 * The folders of one process alone, so that a sandbox can show it these and no other's: of its socket, and of its shared
 * memory.
 */
export class GenerationFolders {
  readonly #name: string | undefined;
  #folder: string | undefined;
  #address = "";
  #sharedMemory: SharedMemory | undefined;
  #discarded: readonly (() => Promise<void>)[] | undefined;

  /** @param isReachable whether the process may enter the host's directories at all: one of another user may not */
  constructor(isolatorId: number, serial: number, isReachable: boolean) {
    if (isReachable) this.#name = `${isolatorId}-${serial}`;
  }

  /**
   * Where the process serves, in a folder that is made by the first call; empty where it cannot have a socket.
   *
   * @throws IsolationError START_FAILED where there is no place for it
   */
  socket(): string {
    if (this.#address !== "" || this.#name === undefined) return this.#address;
    this.#folder = join(hostDirectory(), this.#name);
    this.#address = socketAddress(this.#folder, "s");
    mkdirSync(this.#folder, { mode: 0o700 });
    return this.#address;
  }

  /** Its shared memory, in a folder that is made by the first call; undefined where there is none. */
  sharedMemory(): SharedMemory | undefined {
    if (this.#name !== undefined) this.#sharedMemory ??= createSharedMemory(this.#name);
    return this.#sharedMemory;
  }

  /** Those that exist. */
  get own(): string[] {
    return [this.#folder, this.#sharedMemory?.folder].filter((path) => path !== undefined);
  }

  /** What holds those of all processes of this host. */
  get shared(): string[] {
    return [hostDirectory(), sharedMemoryDirectory()].filter((path) => path !== undefined);
  }

  /**
   * A killed process leaves its socket behind, and its segments, or whatever it wrote. Call it again once nothing of the
   * process is left, for what was written meanwhile; then it resolves when they are gone, or are the reaper's to remove.
   */
  async remove(): Promise<void> {
    if (this.#discarded === undefined) this.#discarded = this.own.map((path) => discardFolder(path));
    else await Promise.all(this.#discarded.map((again) => again()));
  }
}

function createSharedMemory(name: string): SharedMemory | undefined {
  const parent = sharedMemoryDirectory();
  if (parent === undefined) return undefined;
  const folder = join(parent, name);
  try {
    mkdirSync(folder, { mode: 0o700 });
    return { folder, ownPrefix: "h", peerPrefix: "p" };
  } catch {
    return undefined;
  }
}
