import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cgroup } from "../../platform/capabilities.cgroup.linux.js";
import { readCgroupFile, writeSettings } from "./cgroup-file.js";
import { type CgroupParent, CONTROLLERS, type Controller } from "./cgroup-machinery.js";

export type Parents = { [controller in Controller]?: CgroupParent };

/** Folders below which groups may be made, as far as can be told before trying. */
export interface CandidateParents {
  readonly limiting: Parents;
  /** For groups that are only there to be killed in one step; the best first. */
  readonly killable: readonly CgroupParent[];
}

/**
 * Always below our own group, so that whatever holds us holds our children too; in version 2, where a group with
 * processes of its own can have no limited groups in it, below the group that holds ours, if that is delegated to us.
 *
 * @param systemdRules whether groups are systemd's to make, but for delegated parts
 */
export function candidateParents(own: readonly Cgroup[], systemdRules: boolean): CandidateParents {
  const limiting: Parents = {};
  const v2 = own.find(({ version }) => version === 2);
  const parent = v2 === undefined ? undefined : delegatedParent(v2.folder, systemdRules);
  if (parent !== undefined) {
    for (const controller of enableControllers(parent)) limiting[controller] = { version: 2, folder: parent };
  }
  for (const { version, controllers, folder } of own) {
    for (const controller of CONTROLLERS) {
      if (version === 1 && controllers.includes(controller)) limiting[controller] ??= { version: 1, folder };
    }
  }
  const killable = [parent, v2?.folder].filter((folder) => folder !== undefined);
  return { limiting, killable: killable.map((folder) => ({ version: 2, folder })) };
}

/** The folder for limited groups of version 2: our own if it is the root of the tree, else the one that holds ours. */
function delegatedParent(own: string, systemdRules: boolean): string | undefined {
  // Only the true root has no type, and only it may hold processes beside limited groups.
  if (!existsSync(join(own, "cgroup.type"))) return systemdRules ? undefined : own;
  const above = dirname(own);
  if (!existsSync(join(above, "cgroup.procs"))) return undefined;
  // A unit with Delegate=, in which we were put a level deeper. Slices are never delegated.
  return !systemdRules || /\.(?:service|scope)$/.test(above) ? above : undefined;
}

/** Gives the groups below `parent` the controllers that it has itself; answers with those in force afterwards. */
function enableControllers(parent: string): Controller[] {
  const words = (file: string): string[] => readCgroupFile(parent, file).trim().split(/\s+/);
  const available = CONTROLLERS.filter((controller) => words("cgroup.controllers").includes(controller));
  const enabled = words("cgroup.subtree_control");
  for (const controller of available) {
    if (enabled.includes(controller)) continue;
    writeSettings(parent, [{ file: "cgroup.subtree_control", value: `+${controller}`, optional: true }]);
  }
  return available.filter((controller) => words("cgroup.subtree_control").includes(controller));
}
