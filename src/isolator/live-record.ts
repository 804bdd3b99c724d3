import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostDirectories, hostDirectory, isAlive, isSameProcess, processStartTime } from "../platform/index.js";
import type { Generation } from "../supervision/index.js";

/** What the `pihost` command needs to reach a live isolate. Written only for `discoverable` isolates. */
export interface LiveRecord {
  readonly name: string;
  readonly pid: number;
  readonly startTime?: string;
  readonly hostPid: number;
  readonly generation: number;
  readonly address: string;
  readonly token: string;
}

const SUFFIX = ".live.json";

/**
 * Makes an isolate findable; replaces the record of its previous generation in one step.
 *
 * @param isolatorId tells isolates of one name in one host apart
 */
export function publishLive(name: string, isolatorId: number, { pid, number, address, token }: Generation): void {
  const startTime = processStartTime(pid);
  const record: LiveRecord = {
    name,
    pid,
    ...(startTime === undefined ? {} : { startTime }),
    hostPid: process.pid,
    generation: number,
    address,
    token,
  };
  const path = recordPath(name, isolatorId);
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function withdrawLive(name: string, isolatorId: number): void {
  rmSync(recordPath(name, isolatorId), { force: true });
}

/**
 * The live isolates of this user, of every host process. A record lies in the private directory of its host, which goes
 * when the host does.
 */
export function listLive(): LiveRecord[] {
  return hostDirectories()
    .flatMap((directory) => recordsIn(directory))
    .filter((record) => isLive(record))
    .sort((a, b) => a.name.localeCompare(b.name) || a.pid - b.pid);
}

function isLive({ pid, startTime }: LiveRecord): boolean {
  return startTime === undefined ? isAlive(pid) : isSameProcess(pid, startTime);
}

function recordPath(name: string, isolatorId: number): string {
  return join(hostDirectory(), `${name}.${isolatorId}${SUFFIX}`);
}

function recordsIn(directory: string): LiveRecord[] {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => JSON.parse(readFileSync(join(directory, file), "utf8")) as LiveRecord);
  } catch {
    // The host and its directory went between the listing and the reading.
    return [];
  }
}
