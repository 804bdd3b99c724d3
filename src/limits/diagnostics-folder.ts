import {
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { isAlive } from "../platform/index.js";
import type { Diagnostics } from "./diagnostics-options.js";

/** As Node.js names what it writes: date, time, pid, thread, count. */
const WRITTEN_BY_NODE = /^(?:report|Heap)\.\d{8}\.\d{6}\.\d{1,20}\.\d{1,20}\.\d{1,20}\.(?:json|heapsnapshot)$/;
const MOST_FILES = 16;
/** Of one process, until it ends. */
const FOLDER = /^pi-(\d+)-\d+-\d+$/;

/** Whose folder it is. */
export interface DiagnosticsOwner {
  /** The isolate's name. */
  readonly isolate: string;
  readonly isolatorId: number;
  readonly serial: number;
  /** Who the process runs as, where that is somebody else. */
  readonly identity: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * Where one process writes about its own end: a folder of its own, so that a sandbox can show it nothing of the others.
 * What is in it goes up into the directory once the process has ended, and the folder goes.
 */
export class DiagnosticsFolder {
  readonly path: string;
  /** For Node.js. */
  readonly execArgv: readonly string[];
  readonly #directory: string;
  readonly #prefix: string;

  /** Makes the folder, and removes what hosts that were killed have left empty. */
  constructor({ directory, report, heapSnapshot }: Diagnostics, owner: DiagnosticsOwner) {
    const { isolate, isolatorId, serial, identity } = owner;
    const id = `${process.pid}-${isolatorId}-${serial}`;
    this.#directory = directory;
    this.#prefix = `${isolate}-${id}-`;
    this.path = join(directory, `pi-${id}`);
    this.execArgv = Object.freeze([
      ...(report ? ["--report-on-fatalerror", `--report-directory=${this.path}`, "--report-exclude-network"] : []),
      ...(heapSnapshot ? ["--heapsnapshot-near-heap-limit=1", `--diagnostic-dir=${this.path}`] : []),
    ]);
    removeEmptyFolders(directory);
    mkdirSync(this.path, { mode: 0o700 });
    if (identity !== undefined) chownSync(this.path, identity.uid, identity.gid);
  }

  /** What the process has written, moved to where it stays. Call it once the process has ended. */
  collect(): readonly string[] {
    const files = entries(this.path)
      .filter((name) => WRITTEN_BY_NODE.test(name))
      .slice(0, MOST_FILES)
      .flatMap((name) => this.#keep(name));
    // What else is there was made by the process's code.
    rmSync(this.path, { recursive: true, force: true });
    return files;
  }

  #keep(name: string): string[] {
    const path = join(this.path, name);
    const kept = join(this.#directory, this.#prefix + name);
    try {
      // Code in the process may have put a link there.
      if (!lstatSync(path).isFile()) return [];
      renameSync(path, kept);
      makePrivate(kept);
      return [kept];
    } catch {
      return [];
    }
  }
}

/** Node.js lets everybody read its reports, which hold the environment. */
function makePrivate(path: string): void {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  fchmodSync(file, 0o600);
  closeSync(file);
}

function removeEmptyFolders(directory: string): void {
  for (const name of entries(directory)) {
    const [, pid] = FOLDER.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmdirSync(join(directory, name));
    } catch {
      // A process has died in it, and its host at the same time: it is the user's.
    }
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
