import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { IsolationError } from "../errors/index.js";
import type { Announce } from "./host-directory.posix.js";
import type { Reaper } from "./host-reaper.js";
import { hostMark } from "./process-mark.js";
import { REAPER_SCRIPT } from "./reaper-script.js";

/** A reaper that does not stay alive is started this often within `WINDOW_MS`, then no more until the next `add`. */
const MAX_STARTS = 5;
const WINDOW_MS = 1_000;

/** How long the end of a process that was let go is waited for: much to discard takes it minutes. */
const REST_MS = 250;

/**
 * One `sh` in a session of its own, which learns of the host's death as the end of its stdin.
 *
 * @param directory Gives the host's directory; asked at each `add`, since it may have been replaced. Says so before it makes
 *   a new one.
 * @param shell The POSIX shell to run.
 * @param memory Gives the host's directory in shared memory, where there is one; asked at each `add` too.
 * @param remove Removes both directories; called before the shell is let go.
 */
export function createPosixReaper(
  directory: (announce: Announce) => string,
  shell = "/bin/sh",
  memory: (announce: Announce) => string | undefined = () => undefined,
  remove: () => void = () => {},
): Reaper {
  return new PosixReaper({ dir: directory, mem: memory, remove }, shell);
}

/** What is removed after the host's death, by the verb that announces it. */
interface Directories {
  readonly dir: (announce: Announce) => string;
  readonly mem: (announce: Announce) => string | undefined;
  /** Removes both, as far as that takes no time; the next one that is asked for is a new one. */
  readonly remove: () => void;
}

class PosixReaper implements Reaper {
  readonly #groups = new Set<number>();
  readonly #cgroups = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #directories: Directories;
  readonly #shell: string;
  #child: ChildProcess | undefined;
  #failed = false;
  /** Nobody needs the process once nothing is registered any more. */
  #mayRest = false;
  /** Of the last starts, in milliseconds. */
  #startedAt: number[] = [];
  #announced: { dir?: string | undefined; mem?: string | undefined } = {};

  constructor(directories: Directories, shell: string) {
    this.#directories = directories;
    this.#shell = shell;
  }

  get available(): boolean {
    return !this.#failed;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  prepare(): void {
    this.#mayRest = false;
    if (this.#child === undefined) this.#start();
    else this.#announceDirectories();
  }

  add(pgid: number): void {
    checkGroup(pgid);
    this.#groups.add(pgid);
    this.#announce(`add ${pgid}`);
  }

  remove(pgid: number): void {
    if (this.#groups.delete(pgid)) this.#forget(`del ${pgid}`);
  }

  addCgroup(path: string): void {
    checkCgroup(path);
    this.#cgroups.add(path);
    this.#announce(`cgroup ${path}`);
  }

  removeCgroup(path: string): void {
    if (this.#cgroups.delete(path)) this.#forget(`uncgroup ${path}`);
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
    if (this.#folders.delete(path)) this.#forget(`unfolder ${path}`);
  }

  rest(): Promise<void> {
    this.#mayRest = true;
    return this.#restIfIdle();
  }

  #forget(line: string): void {
    this.#tell(line);
    if (this.#mayRest) void this.#restIfIdle();
  }

  /** By the end of its input, as at the end of the host; but nobody is to be killed, whatever is started meanwhile. */
  async #restIfIdle(): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.#isNeeded) return;
    this.#directories.remove();
    this.#announceRemoved();
    this.#tell("mark ");
    this.#child = undefined;
    this.#startedAt = [];
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.stdin?.end();
    await Promise.race([gone, delay(REST_MS, undefined, { ref: false })]);
  }

  get #isNeeded(): boolean {
    return this.#groups.size + this.#cgroups.size + this.#folders.size > 0;
  }

  /** Tells the process of what is registered already; starts it if need be. */
  #announce(line: string): void {
    this.#mayRest = false;
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
    const child = spawnShell(this.#shell);
    if (child === undefined) return;
    this.#failed = false;
    this.#child = child;
    child.once("exit", () => {
      if (this.#child === child) this.#onExit();
    });
    this.#announced = {};
    this.#tell(`mark ${hostMark()}`);
    for (const pgid of this.#groups) this.#tell(`add ${pgid}`);
    for (const path of this.#cgroups) this.#tell(`cgroup ${path}`);
    for (const path of this.#folders) this.#tell(`folder ${path}`);
    this.#announceDirectories();
  }

  #onExit(): void {
    this.#child = undefined;
    if (this.#isNeeded) this.#start();
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

  /** What could not be removed at once is still there, and is removed at the end. */
  #announceRemoved(): void {
    for (const verb of ["dir", "mem"] as const) {
      const path = this.#announced[verb];
      if (path !== undefined && path !== "" && !existsSync(path)) this.#tell(`${verb} `);
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

/** The running shell, or undefined where it cannot be started (a missing shell, no process or descriptor left). */
function spawnShell(shell: string): ChildProcess | undefined {
  let child: ChildProcess;
  try {
    child = spawn(shell, ["-c", REAPER_SCRIPT, "process-isolation-reaper"], {
      // A session of its own: neither the terminal's signals nor a kill of the host's group reach it.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      // For `rm` alone; and a working directory that pins no mount.
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
      cwd: "/",
    });
  } catch {
    return undefined;
  }
  child.on("error", () => {});
  // A write after its death fails with EPIPE: `exit` follows, and the next process is told everything anew.
  child.stdin?.on("error", () => {});
  if (child.pid === undefined) return undefined;
  // Its stdin is never read and so does not hold the event loop either; but tools that look for open handles count it.
  child.unref();
  (child.stdin as { unref?: () => void } | null)?.unref?.();
  return child;
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
