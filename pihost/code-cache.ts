import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { boundCodeCache, SUFFIX, TEMPORARY_SUFFIX } from "./code-cache-bounds.js";

/** Before V8's data in a file: when the bundle was changed that it is of, and the SHA-256 of that. */
const TIME_BYTES = 8;
const DIGEST_BYTES = 32;
/** A multiple of 8, as V8 wants its data aligned. */
const HEADER_BYTES = TIME_BYTES + DIGEST_BYTES;

/** How old the note of a file's last use may be. A write for each start would cost more than it tells. */
const USE_NOTE_MS = 24 * 60 * 60 * 1_000;

/** Whether V8's data holds the path of the script that it was made of, and V8 believes it. */
const IS_PLACE_IN_DATA = Number.parseInt(process.versions.node, 10) < 22;

/** V8's cached data for one bundle: it halves the time that loading takes. */
export interface CodeCache {
  /** The data, if there is any that only we can have written, of exactly this bundle. */
  read(source: string): Buffer | undefined;
  /** Keeps data. A read-only or full disk only costs the next start its time. */
  write(source: string, data: Buffer): void;
}

/**
 * The cached data lies in the user's own cache folder, because V8 trusts what it reads there. Its name holds the digest that
 * the bundle was built with, and all that makes V8 refuse the data: the same bundle, installed anew or in another place, has
 * the same file. V8 compares the length of the source and no more, so a bundle that was changed by hand is told by its time
 * and its bytes.
 *
 * V8 before Node.js 22 takes the name of the script from the data, too, and stacks would name the place that it was made in:
 * there each place has a file of its own.
 *
 * @param bundle its path
 * @param digest of what the build made
 */
export function openCodeCache(bundle: string, digest: string, folder = quietly(cacheFolder)): CodeCache {
  if (folder === undefined) return { read: () => undefined, write: () => {} };
  const path = join(folder, nameOf(IS_PLACE_IN_DATA ? `${digest}-${hash(bundle)}` : digest));
  return {
    read: (source) => quietly(() => readIfTrusted(path, bundle, source)),
    write: (source, data) => {
      const temporary = `${path}.${process.pid}-${hash(`${process.hrtime.bigint()}`)}${TEMPORARY_SUFFIX}`;
      const isKept = quietly(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        // In one step, whoever else reads or writes the same.
        writeFileSync(temporary, Buffer.concat([timeOf(bundle), digestOf(source), data]), { mode: 0o600, flag: "wx" });
        renameSync(temporary, path);
        boundCodeCache(folder, path);
        return true;
      });
      if (isKept === undefined) quietly(() => rmSync(temporary, { force: true }));
    },
  };
}

function readIfTrusted(path: string, bundle: string, source: string): Buffer | undefined {
  if (!isOurs(statSync(dirname(path)))) return undefined;
  const stats = statSync(path);
  if (!isOurs(stats)) return undefined;
  const file = readFileSync(path);
  if (file.length <= HEADER_BYTES) return undefined;
  const time = timeOf(bundle);
  if (!file.subarray(0, TIME_BYTES).equals(time)) {
    if (!file.subarray(TIME_BYTES, HEADER_BYTES).equals(digestOf(source))) return undefined;
    // The next start need not load the module for that.
    quietly(() => overwriteStart(path, time));
  }
  const now = Date.now();
  if (now - stats.mtimeMs > USE_NOTE_MS) quietly(() => utimesSync(path, now / 1_000, now / 1_000));
  return file.subarray(HEADER_BYTES);
}

function overwriteStart(path: string, bytes: Buffer): void {
  const file = openSync(path, "r+");
  try {
    writeSync(file, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(file);
  }
}

/** Whether nobody else can have written it. */
function isOurs({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function timeOf(bundle: string): Buffer {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeDoubleLE(statSync(bundle).mtimeMs);
  return time;
}

/** Of the rare bundle whose time is another one: to load the module takes milliseconds. */
function digestOf(source: string): Buffer {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(source).digest();
}

function nameOf(bundle: string): string {
  const runtime = `${process.version}-${process.platform}-${process.arch}-${hash(flagsOfV8().join("\0"))}`;
  return `pihost-${bundle}-${runtime}${SUFFIX}`;
}

/** @throws where the user has no home, as one that /etc/passwd does not know */
function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "process-isolation", "cache");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "process-isolation");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "process-isolation");
}

/**
 * The flags that may mean something to V8. Those of Node.js mean nothing to it, and some name a folder for each process;
 * who has flags about permissions may not write the data, and reads that of those without.
 */
function flagsOfV8(): string[] {
  const all = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)];
  return [...new Set(all.filter((flag) => flag.startsWith("--") && !FLAG_OF_NODE.test(flag)))].sort();
}

const FLAG_OF_NODE =
  /^--(?:allow-|(?:experimental-)?(?:permission|loader|import|require)|conditions|cpu-prof|diagnostic-dir|dns-|enable-source-maps|env-file|heap-prof|heapsnapshot|icu-|import|inspect|no-warnings|disable-warning|openssl-|preserve-symlinks|redirect-warnings|report-|require|secure-heap|title|tls-|trace-warnings|unhandled-rejections|use-(?:bundled|openssl|system)-ca)/;

function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** FNV-1a: a name, not a secret. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value.toString(36);
}
