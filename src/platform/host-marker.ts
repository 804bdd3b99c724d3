import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isPrivatePosixDirectory } from "./host-directory.posix.js";
import { type HostOwner, ownOwner } from "./host-owner.js";

/** The file by which a directory is known to be a host's. It is there only once the lock is held. */
export const MARKER = "process-isolation.json";

/** The lock's file in the same directory. */
export const LOCK = "lock";

const PRODUCT = "process-isolation";
const FORMAT = 1;
const MOST_BYTES = 4_096;

/** What a host's directory is for. */
export type DirectoryKind = "sockets" | "memory";

/** What the marker says. */
export interface HostMarker extends HostOwner {
  readonly product: typeof PRODUCT;
  readonly format: typeof FORMAT;
  readonly kind: DirectoryKind;
  /** The host's directory of sockets, also in the one that is in shared memory. */
  readonly sockets: string;
  /** Of this very directory: a copy of it bears others. */
  readonly directory: FileIdentity;
  /** Of the lock in it. */
  readonly lock: FileIdentity;
}

/** Numbers as text. A file system that is mounted twice has two devices, and its sockets reach one of them only. */
interface FileIdentity {
  readonly device: string;
  readonly inode: string;
}

/** Marks a directory whose lock this host holds. False where others could not tell this host from one on another machine. */
export function writeMarker(path: string, kind: DirectoryKind, sockets: string): boolean {
  const owner = ownOwner();
  if (owner.machine === "") return false;
  const marker: HostMarker = {
    product: PRODUCT,
    format: FORMAT,
    kind,
    ...owner,
    sockets,
    directory: identityOf(path),
    lock: identityOf(join(path, LOCK)),
  };
  // In one step: what is half written is no marker.
  const unfinished = join(path, `${MARKER}.new`);
  try {
    writeFileSync(unfinished, JSON.stringify(marker), { mode: 0o600 });
    renameSync(unfinished, join(path, MARKER));
    return true;
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/**
 * The marker of a private directory of this user that a host on this machine has made, and whose lock is still the one
 * that the host held. Undefined for any other, and whenever something about it is not as it should be.
 */
export function readMarker(path: string): HostMarker | undefined {
  try {
    if (!isPrivatePosixDirectory(path)) return undefined;
    const marker: unknown = JSON.parse(readOwnFile(join(path, MARKER)));
    if (!isMarker(marker) || marker.machine === "" || marker.machine !== ownOwner().machine) return undefined;
    if (!isSame(marker.directory, identityOf(path)) || !isSame(marker.lock, identityOf(join(path, LOCK))))
      return undefined;
    return lstatSync(join(path, LOCK)).isSocket() ? marker : undefined;
  } catch {
    return undefined;
  }
}

/** A short, regular file of this user, never one that a link leads to. */
function readOwnFile(path: string): string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.uid !== process.geteuid?.() || stats.size > MOST_BYTES) return "";
    const buffer = Buffer.alloc(MOST_BYTES);
    return buffer.toString("utf8", 0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}

function isMarker(value: unknown): value is HostMarker {
  if (typeof value !== "object" || value === null) return false;
  const { product, format, kind, machine, pidNamespace, pid, startTime, directory, lock } =
    value as Partial<HostMarker>;
  return (
    product === PRODUCT &&
    format === FORMAT &&
    (kind === "sockets" || kind === "memory") &&
    [machine, pidNamespace, startTime].every((text) => typeof text === "string") &&
    Number.isSafeInteger(pid) &&
    [directory?.device, directory?.inode, lock?.device, lock?.inode].every((text) => typeof text === "string")
  );
}

function identityOf(path: string): FileIdentity {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return { device: String(dev), inode: String(ino) };
}

function isSame(left: FileIdentity, right: FileIdentity): boolean {
  return left.device === right.device && left.inode === right.inode;
}
