import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectories } from "./host-directories.js";
import { hostDirectory } from "./host-directory.js";
import { isSameProcess, processStartTime } from "./process-identity.js";
import { isAlive } from "./process-state.js";

/** What any record says: of which process it is, and what tells that from a later one with its pid. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  readonly startTime?: string;
}

/**
 * Writes a record into the private directory of this process, in place of one that is there. When its process was started is
 * added here.
 *
 * @returns its path
 */
export function writeRecord<T extends ProcessRecord>(file: string, record: Omit<T, "startTime">): string {
  const path = join(hostDirectory(), file);
  const text = JSON.stringify({ ...record, startTime: processStartTime(record.pid) });
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return path;
}

/**
 * Those of this user, of every host process, whose process lives. A record lies in the private directory of its
 * host, which goes when the host does. One that cannot be read hides no other.
 *
 * @param suffix how the names of their files end
 */
export function liveRecords<T extends ProcessRecord>(suffix: string): T[] {
  return hostDirectories()
    .flatMap((directory) => pathsIn(directory, suffix))
    .flatMap((path) => recordAt<T>(path))
    .filter(({ pid, startTime }) => (startTime === undefined ? isAlive(pid) : isSameProcess(pid, startTime)));
}

function pathsIn(directory: string, suffix: string): string[] {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith(suffix))
      .map((file) => join(directory, file));
  } catch {
    // The host and its directory went meanwhile.
    return [];
  }
}

function recordAt<T extends ProcessRecord>(path: string): [T] | [] {
  try {
    const record = JSON.parse(readFileSync(path, "utf8")) as Partial<T> | null;
    return typeof record?.name === "string" && Number.isSafeInteger(record.pid) ? [record as T] : [];
  } catch {
    // It went meanwhile, or is broken.
    return [];
  }
}
