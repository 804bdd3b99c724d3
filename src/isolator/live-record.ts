import { rmSync } from "node:fs";
import { join } from "node:path";
import { hostDirectory, liveRecords, type ProcessRecord, writeRecord } from "../platform/index.js";
import type { Generation } from "../supervision/index.js";

/** What the `pihost` command needs to reach a live isolate. Written only for `discoverable` isolates. */
export interface LiveRecord extends ProcessRecord {
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
  const record = { name, pid, hostPid: process.pid, generation: number, address, token };
  writeRecord<LiveRecord>(fileOf(name, isolatorId), record);
}

export function withdrawLive(name: string, isolatorId: number): void {
  rmSync(join(hostDirectory(), fileOf(name, isolatorId)), { force: true });
}

/** The live isolates of this user, of every host process. */
export function listLive(): LiveRecord[] {
  return liveRecords<LiveRecord>(SUFFIX).sort((a, b) => a.name.localeCompare(b.name) || a.pid - b.pid);
}

function fileOf(name: string, isolatorId: number): string {
  return `${name}.${isolatorId}${SUFFIX}`;
}
