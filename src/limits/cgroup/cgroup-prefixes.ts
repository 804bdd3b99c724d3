import { join } from "node:path";
import type { CgroupMachinery } from "./cgroup-machinery.js";
import { cgroupNamePrefix } from "./cgroup-name.js";

/**
 * How the paths of all groups begin that this host makes, one for each tree: what is to be removed when the host is gone.
 * Empty where it can make none.
 */
export function cgroupPrefixes({ parents, killable }: CgroupMachinery): string[] {
  const folders = [...Object.values(parents), ...(killable === undefined ? [] : [killable])].map(
    ({ folder }) => folder,
  );
  return [...new Set(folders)].map((folder) => join(folder, cgroupNamePrefix()));
}
