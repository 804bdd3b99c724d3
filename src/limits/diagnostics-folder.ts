import { randomBytes } from "node:crypto";
import {
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { discardFolder, hostReaper, inSlices, namesIn, type Steps } from "../platform/index.js";
import type { Diagnostics } from "./diagnostics-options.js";

/** As Node.js names what it writes: date, time, pid, thread, count. */
const WRITTEN_BY_NODE = /^(?:report|Heap)\.\d{8}\.\d{6}\.\d{1,20}\.\d{1,20}\.\d{1,20}\.(?:json|heapsnapshot)$/;
const MOST_FILES = 16;
/** Entries that are looked at: code in the process may have made any number of others. */
const MOST_ENTRIES = 100_000;

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
  #discardRest: (() => Promise<void>) | undefined;

  /** Makes the folder. If the host is killed, and the process leaves nothing in it, the reaper removes it. */
  constructor({ directory, report, heapSnapshot }: Diagnostics, owner: DiagnosticsOwner) {
    const { isolate, isolatorId, serial, identity } = owner;
    // A pid is given out again, and another container has the same ones.
    const id = `${process.pid}-${isolatorId}-${serial}-${randomBytes(4).toString("hex")}`;
    this.#directory = directory;
    this.#prefix = `${isolate}-${id}-`;
    this.path = join(directory, `pi-${id}`);
    this.execArgv = Object.freeze([
      ...(report ? ["--report-on-fatalerror", `--report-directory=${this.path}`, "--report-exclude-network"] : []),
      ...(heapSnapshot ? ["--heapsnapshot-near-heap-limit=1", `--diagnostic-dir=${this.path}`] : []),
    ]);
    mkdirSync(this.path, { mode: 0o700 });
    hostReaper().addFolder(this.path);
    if (identity !== undefined) chownSync(this.path, identity.uid, identity.gid);
  }

  /** What the process has written, moved to where it stays. Call it once the process has ended. Never rejects. */
  async collect(): Promise<readonly string[]> {
    const files = (await inSlices(writtenByNode(this.path))).flatMap((name) => this.#keep(name));
    // What else is there was made by the process's code.
    this.#discardRest = discardFolder(this.path);
    return files;
  }

  /** Removes what is still left. Call it once nothing of the process is left, after `collect`. */
  async close(): Promise<void> {
    await this.#discardRest?.();
    hostReaper().removeFolder(this.path);
  }

  #keep(name: string): string[] {
    const path = join(this.path, name);
    const kept = join(this.#directory, this.#prefix + name);
    try {
      // Code in the process may have put a link there.
      if (!lstatSync(path).isFile()) return [];
      renameSync(path, kept);
    } catch {
      return [];
    }
    try {
      makePrivate(kept);
      return [kept];
    } catch {
      // A link after all, put there since.
      if (lstatSync(kept, { throwIfNoEntry: false })?.isFile() === false) unlinkSync(kept);
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

function* writtenByNode(folder: string): Steps<string[]> {
  const names: string[] = [];
  let looked = 0;
  for (const name of namesIn(folder)) {
    if (looked === MOST_ENTRIES || names.length === MOST_FILES) break;
    looked += 1;
    if (WRITTEN_BY_NODE.test(name)) names.push(name);
    yield;
  }
  return names;
}
