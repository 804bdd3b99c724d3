import { checkField, WRONG } from "./check-field.js";
import type { KernelManifest } from "./manifest.js";
import { MANIFEST } from "./manifest-fields.js";
import { Problems } from "./problems.js";
import { readSource } from "./read-source.js";
import { resolveManifest } from "./resolve-manifest.js";
import type { ResolvedManifest } from "./resolved.js";

/**
 * Reads a manifest, and checks all of it.
 *
 * @param source the manifest; or the path or file URL of a `.yaml`, `.yml`, `.json`, `.ts`, `.mts`, `.mjs`, `.js` or `.cjs` file
 *   (a module exports it as default or as `manifest`), or of the folder of a `pihost.yaml` or one of its kin
 * @throws IsolationError `INVALID_OPTION` for all that is wrong, each with file, line and column where there is a text, the
 *   field, its bound, what came, and the closest known name
 */
export async function readManifest(source: string | URL | KernelManifest): Promise<ResolvedManifest> {
  const found = await readSource(source);
  const problems = new Problems(found);
  const checked = checkField(MANIFEST, found.value, [], { problems, folder: found.folder });
  if (checked === WRONG) problems.throwIfAny();
  // With what was right, so that all problems are told at once.
  const resolved = resolveManifest(checked as KernelManifest, found, problems);
  problems.throwIfAny();
  return resolved;
}
