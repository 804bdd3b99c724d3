import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

/** Where everybody may read, wherever the repository lies: the run's own temporary directory is for one user alone. */
const OPEN_FOLDER = "/tmp";

/** A copy of a folder that every user may read. */
export function createOpenCopy(folder: string): { readonly path: string; remove(): void } {
  const parent = mkdtempSync(join(OPEN_FOLDER, "process-isolation-test-"));
  const path = join(parent, basename(folder));
  cpSync(folder, path, { recursive: true });
  for (const shown of [parent, path]) chmodSync(shown, 0o755);
  return { path, remove: () => rmSync(parent, { recursive: true, force: true }) };
}
