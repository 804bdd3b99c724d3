import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { isStaleName } from "./cgroup-name.js";
import { removeCgroups } from "./remove-cgroups.js";

/** A host that starts many processes looks this often. */
const INTERVAL_MS = 60_000;

const sweptAt = new Map<string, number>();

/** Removes the groups that hosts which are gone left in these folders, with what still runs in them. */
export async function sweepCgroups(parents: readonly string[]): Promise<void> {
  const now = performance.now();
  const due = parents.filter((parent) => now - (sweptAt.get(parent) ?? Number.NEGATIVE_INFINITY) >= INTERVAL_MS);
  for (const parent of due) sweptAt.set(parent, now);
  for (const parent of due) await removeCgroups(await staleGroups(parent));
}

/** The groups in a folder whose hosts are gone. */
export async function staleGroups(parent: string): Promise<string[]> {
  const stale: string[] = [];
  try {
    for await (const { name } of await opendir(parent)) if (isStaleName(name)) stale.push(join(parent, name));
  } catch {
    // Not there, or not ours to read.
  }
  return stale;
}
