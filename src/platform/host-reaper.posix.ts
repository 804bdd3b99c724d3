import { type ChildProcess, spawn } from "node:child_process";
import { IsolationError } from "../errors/index.js";
import type { Reaper } from "./host-reaper.js";
import { REAPER_SCRIPT } from "./reaper-script.js";

/** A reaper that does not stay alive is started this often within `WINDOW_MS`, then no more until the next `add`. */
const MAX_STARTS = 5;
const WINDOW_MS = 1_000;

/**
 * One `sh` in a session of its own, which learns of the host's death as the end of its stdin.
 *
 * @param directory Gives the host's directory; asked at each `add`, since it may have been replaced.
 * @param shell The POSIX shell to run.
 */
export function createPosixReaper(directory: () => string, shell = "/bin/sh"): Reaper {
  return new PosixReaper(directory, shell);
}

class PosixReaper implements Reaper {
  readonly #groups = new Set<number>();
  readonly #directory: () => string;
  readonly #shell: string;
  #child: ChildProcess | undefined;
  #failed = false;
  /** Of the last starts, in milliseconds. */
  #startedAt: number[] = [];
  #announcedDirectory: string | undefined;

  constructor(directory: () => string, shell: string) {
    this.#directory = directory;
    this.#shell = shell;
  }

  get available(): boolean {
    return !this.#failed;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  add(pgid: number): void {
    checkGroup(pgid);
    this.#groups.add(pgid);
    if (this.#child === undefined) {
      this.#start();
      return;
    }
    this.#tell(`add ${pgid}`);
    this.#announceDirectory();
  }

  remove(pgid: number): void {
    if (this.#groups.delete(pgid)) this.#tell(`del ${pgid}`);
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
    child.once("exit", () => this.#onExit());
    this.#announcedDirectory = undefined;
    for (const pgid of this.#groups) this.#tell(`add ${pgid}`);
    this.#announceDirectory();
  }

  #onExit(): void {
    this.#child = undefined;
    if (this.#groups.size > 0) this.#start();
  }

  #announceDirectory(): void {
    let path: string;
    try {
      path = this.#directory();
    } catch {
      return; // There is none to remove; who needs one gets the error from `hostDirectory()`.
    }
    if (path === this.#announcedDirectory) return;
    this.#announcedDirectory = path;
    this.#tell(`dir ${path}`);
  }

  #tell(line: string): void {
    this.#child?.stdin?.write(`${line}\n`);
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
  // Its stdin, which is never read, does not hold the event loop either.
  child.unref();
  return child;
}

function checkGroup(pgid: number): void {
  if (Number.isSafeInteger(pgid) && pgid > 1 && pgid !== process.pid) return;
  throw new IsolationError(
    "INVALID_OPTION",
    `process group must be a whole number above 1 and not this process (${process.pid}); received ${pgid}`,
  );
}
