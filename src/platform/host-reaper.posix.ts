import type { ChildProcess } from "node:child_process";
import { basename, isAbsolute } from "node:path";
import { IsolationError } from "../errors/index.js";
import type { Announce } from "./host-directory.posix.js";
import type { Reaper } from "./host-reaper.js";
import { hostMark } from "./process-mark.js";
import { ReaperHolds, type ReaperUser } from "./reaper-holds.js";
import { type ReaperOnNode, startReaperProcess } from "./reaper-process.posix.js";

/** A reaper that does not stay alive is started this often within `WINDOW_MS`, then no more until the next `add`. */
const MAX_STARTS = 5;
const WINDOW_MS = 1_000;

/** The host's directories, and what the reaper has to do with them. */
export interface ReaperDirectories {
  /** Gives the host's directory; asked at each `add`, since it may have been replaced. Says so before it makes a new one. */
  readonly directory: (announce: Announce) => string;
  /** The same for that in shared memory, where there is one. Default: none. */
  readonly memory?: (announce: Announce) => string | undefined;
  /** Removes both as far as that takes no time: the next ones have other names. Default: they stay. */
  readonly leave?: () => void;
}

/**
 * One process in a session of its own, which learns of the host's death as the end of its stdin: a `sh`, or a Node.js where
 * there is none.
 *
 * @param shell The POSIX shell to run.
 */
export function createPosixReaper(
  { directory, memory = () => undefined, leave = () => {} }: ReaperDirectories,
  shell = "/bin/sh",
): Reaper {
  return new PosixReaper({ dir: directory, mem: memory }, leave, shell);
}

/** What is removed after the host's death, by the verb that announces it. */
interface Directories {
  readonly dir: (announce: Announce) => string;
  readonly mem: (announce: Announce) => string | undefined;
}

class PosixReaper implements Reaper {
  readonly #groups = new Set<number>();
  readonly #cgroups = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #directories: Directories;
  readonly #leave: () => void;
  readonly #shell: string;
  readonly #holds = new ReaperHolds(() => this.#endIfUnused());
  #onNode: ReaperOnNode | undefined;
  #child: ChildProcess | undefined;
  #failed = false;
  /** Of the last starts, in milliseconds. */
  #startedAt: number[] = [];
  #announced: { dir?: string | undefined; mem?: string | undefined } = {};

  constructor(directories: Directories, leave: () => void, shell: string) {
    this.#directories = directories;
    this.#leave = leave;
    this.#shell = shell;
  }

  get available(): boolean {
    return !this.#failed;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  hold(user: ReaperUser): () => void {
    return this.#holds.hold(user);
  }

  over(): Promise<void> {
    return this.#holds.over();
  }

  prepare(onNode?: ReaperOnNode): void {
    this.#onNode = onNode;
    if (this.#child === undefined) this.#start();
    else this.#announceDirectories();
  }

  add(pgid: number): void {
    checkGroup(pgid);
    this.#groups.add(pgid);
    this.#announce(`add ${pgid}`);
  }

  remove(pgid: number): void {
    if (this.#groups.delete(pgid)) this.#tell(`del ${pgid}`);
  }

  addCgroup(path: string): void {
    checkCgroup(path);
    this.#cgroups.add(path);
    this.#announce(`cgroup ${path}`);
  }

  removeCgroup(path: string): void {
    if (this.#cgroups.delete(path)) this.#tell(`uncgroup ${path}`);
  }

  addFolder(path: string): void {
    // The script reads line by line.
    if (/[\r\n]/.test(path)) return;
    this.#folders.add(path);
    this.#announce(`folder ${path}`);
  }

  discard(path: string): boolean {
    if (this.#child === undefined || /[\r\n]/.test(path)) return false;
    this.#tell(`discard ${path}`);
    return true;
  }

  removeFolder(path: string): void {
    if (this.#folders.delete(path)) this.#tell(`unfolder ${path}`);
  }

  /** Tells the process of what is registered already; starts it if need be. */
  #announce(line: string): void {
    if (this.#child === undefined) {
      this.#start();
      return;
    }
    this.#tell(line);
    this.#announceDirectories();
  }

  /** Starts the process and tells it all there is to know; gives up where it was started too often of late. */
  #start(): void {
    const now = performance.now();
    this.#startedAt = this.#startedAt.filter((at) => now - at < WINDOW_MS);
    this.#failed = true;
    if (this.#startedAt.length >= MAX_STARTS) return;
    this.#startedAt.push(now);
    const child = startReaperProcess(this.#shell, this.#onNode);
    if (child === undefined) return;
    this.#failed = false;
    this.#child = child;
    const isGone = this.#holds.started();
    child.once("exit", () => {
      this.#onExit(child);
      isGone();
    });
    this.#announced = {};
    this.#tell(`mark ${hostMark()}`);
    for (const pgid of this.#groups) this.#tell(`add ${pgid}`);
    for (const path of this.#cgroups) this.#tell(`cgroup ${path}`);
    for (const path of this.#folders) this.#tell(`folder ${path}`);
    this.#announceDirectories();
  }

  #onExit(child: ChildProcess): void {
    // One that was told to end may be survived by its successor.
    if (this.#child !== child && this.#child !== undefined) return;
    this.#child = undefined;
    if (this.#isUsed) this.#start();
  }

  get #isUsed(): boolean {
    return this.#groups.size + this.#cgroups.size + this.#folders.size > 0;
  }

  /**
   * Nothing is left to look after, nor is anything to come. It ends as if the host had, but that it kills nothing: by the
   * mark of this host it would find what a next isolator starts. What is left of the directories is its to remove.
   */
  #endIfUnused(): void {
    if (this.#isUsed) return;
    this.#leave();
    this.#tell("mark ");
    this.#child?.stdin?.end();
    this.#child = undefined;
    // It was not one that does not stay alive.
    this.#startedAt = [];
  }

  #announceDirectories(): void {
    for (const verb of ["dir", "mem"] as const) {
      const announce = (path: string): void => {
        if (path === this.#announced[verb]) return;
        this.#announced[verb] = path;
        this.#tell(`${verb} ${path}`);
      };
      // Nothing where none was to be had, though one was announced: it is not ours then.
      announce(pathOrNothing(() => this.#directories[verb](announce)) ?? "");
    }
  }

  #tell(line: string): void {
    this.#child?.stdin?.write(`${line}\n`);
  }
}

/** Where there is no directory there is none to remove; who needs one gets the error from `hostDirectory()`. */
function pathOrNothing(give: () => string | undefined): string | undefined {
  try {
    return give();
  } catch {
    return undefined;
  }
}

/** The script accepts no others, and reads line by line. */
function checkCgroup(path: string): void {
  if (isAbsolute(path) && /^pi-\d/.test(basename(path)) && !/[\r\n]/.test(path)) return;
  throw new IsolationError(
    "INVALID_OPTION",
    `control group must be an absolute path whose last part begins with "pi-" and a digit; received ${JSON.stringify(path)}`,
  );
}

function checkGroup(pgid: number): void {
  if (Number.isSafeInteger(pgid) && pgid > 1 && pgid !== process.pid) return;
  throw new IsolationError(
    "INVALID_OPTION",
    `process group must be a whole number above 1 and not this process (${process.pid}); received ${pgid}`,
  );
}
