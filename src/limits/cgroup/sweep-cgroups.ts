import { readdirSync } from "node:fs";
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
  await removeCgroups(due.flatMap(staleGroups));
}

/** The groups in a folder whose hosts are gone. */
export function staleGroups(parent: string): string[] {
  try {
    return readdirSync(parent)
      .filter(isStaleName)
      .map((name) => join(parent, name));
  } catch {
    return [];
  }
}
