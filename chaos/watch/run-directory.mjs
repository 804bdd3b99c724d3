import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasPrivateMemory } from "./private-memory.mjs";

const SHARED_MEMORY = "/dev/shm";

/**
 * The folders of one run, which hold nothing of anybody else.
 * @typedef {ReturnType<typeof createRunDirectory>} RunDirectory
 */

/** Makes them, in a short path: socket paths have a limit. */
export function createRunDirectory() {
  const path = mkdtempSync("/tmp/chaos-");
  const [temporary, runtime, work] = ["t", "r", "w"].map((name) => join(path, name));
  for (const folder of [temporary, runtime, work]) mkdirSync(/** @type {string} */ (folder), { mode: 0o700 });
  const before = new Set(entries(SHARED_MEMORY, "pi-"));
  return {
    path,
    /** The working directory of the isolates: core files fall here. */
    work: /** @type {string} */ (work),
    /** The environment that puts a host's files here. */
    environment: { TMPDIR: temporary, XDG_RUNTIME_DIR: runtime },
    /** What hosts have left behind, also in shared memory. */
    leftovers: () => [
      ...entries(/** @type {string} */ (temporary), "pi-"),
      ...entries(/** @type {string} */ (runtime), ""),
      ...entries(SHARED_MEMORY, "pi-").filter((file) => !before.has(file)),
    ],
    /** Removes what hosts have left behind, as far as it is surely theirs. */
    clear: () => {
      for (const file of [
        ...entries(/** @type {string} */ (temporary), "pi-"),
        ...entries(/** @type {string} */ (runtime), ""),
      ])
        rmSync(file, { recursive: true, force: true });
      if (!hasPrivateMemory()) return;
      for (const file of entries(SHARED_MEMORY, "pi-")) rmSync(file, { recursive: true, force: true });
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** @param {string} directory @param {string} prefix */
function entries(directory, prefix) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(directory, name));
}
