import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hostReaper } from "../../platform/index.js";
import { dialectOf } from "./cgroup-dialect.js";
import { type Setting, writeSettings } from "./cgroup-file.js";
import type { CgroupMachinery, CgroupParent, Controller } from "./cgroup-machinery.js";
import { newCgroupName } from "./cgroup-name.js";
import { limitRefused } from "./limit-refused.js";
import { removeCgroups, removeCgroupsNow } from "./remove-cgroups.js";

/** What a process's groups hold from its start on; the processor quota comes later, see `CgroupGuard`. */
export interface CgroupLimits {
  readonly memory: number | undefined;
  readonly pids: number | undefined;
  readonly cpuset: string | undefined;
  /** In percent of one core. */
  readonly cpu: number | undefined;
}

/** How long `process.exit()` waits for the groups of isolates that still run. */
const EXIT_PATIENCE_MS = 200;

/** The groups of all processes of this host that are still there. */
const open = new Set<string>();
let removedAtExit = false;

/** The groups of one process: one in each hierarchy that has one of the controllers it needs. */
export class ProcessCgroups {
  /** All of them, each to be joined by the process. */
  readonly folders: readonly string[];
  /** What systemd is told to make them with; undefined where they are made already. */
  readonly systemdProperties: readonly string[] | undefined;
  readonly #machinery: CgroupMachinery;
  readonly #name: string;

  private constructor(machinery: CgroupMachinery, limits: CgroupLimits) {
    const needed = neededControllers(limits);
    const parents = needed.flatMap((controller) => machinery.parents[controller]?.folder ?? []);
    const isSystemd = machinery.systemd !== undefined;
    if (machinery.killable !== undefined && !isSystemd && needed.length > 0) parents.push(machinery.killable.folder);
    this.#machinery = machinery;
    this.#name = isSystemd ? `${newCgroupName()}.scope` : newCgroupName();
    this.folders = [...new Set(parents)].map((parent) => join(parent, this.#name));
    this.systemdProperties = isSystemd ? [`--unit=${this.#name}`, ...toProperties(limits)] : undefined;
  }

  /**
   * Makes the groups and sets their limits.
   *
   * @throws IsolationError `START_FAILED`, with the limit, where the kernel refuses; no group is left then
   */
  static open(machinery: CgroupMachinery, limits: CgroupLimits): ProcessCgroups {
    const cgroups = new ProcessCgroups(machinery, limits);
    remember(cgroups.folders);
    if (cgroups.systemdProperties !== undefined) return cgroups;
    let concerned: Partial<CgroupLimits> = limits;
    try {
      for (const folder of cgroups.folders) mkdirSync(folder);
      for (const [controller, settings] of startSettings(limits)) {
        concerned = { [controller]: limits[controller] };
        cgroups.write(controller, settings);
      }
    } catch (error) {
      void cgroups.remove();
      throw limitRefused(concerned, error);
    }
    return cgroups;
  }

  /** The group with this controller. */
  folder(controller: Controller): string | undefined {
    const parent = this.#machinery.parents[controller];
    return parent === undefined ? undefined : join(parent.folder, this.#name);
  }

  /** Sets limits of a group that exists. */
  write(controller: Controller, settings: (parent: CgroupParent) => readonly Setting[]): void {
    const parent = this.#machinery.parents[controller];
    if (parent !== undefined) writeSettings(join(parent.folder, this.#name), settings(parent));
  }

  /** Kills what is left in the groups and removes them. What cannot be removed is tried again when this host exits. */
  async remove(): Promise<void> {
    const left = await removeCgroups(this.folders);
    for (const folder of this.folders) if (!left.includes(folder)) forget(folder);
  }
}

function neededControllers(limits: CgroupLimits): Controller[] {
  return (Object.keys(limits) as Controller[]).filter((controller) => limits[controller] !== undefined);
}

type SettingsOf = (parent: CgroupParent) => readonly Setting[];

function startSettings({ memory, pids, cpuset }: CgroupLimits): [Controller, SettingsOf][] {
  const settings: [Controller, SettingsOf][] = [];
  if (memory !== undefined) settings.push(["memory", ({ version }) => dialectOf(version).memory(memory)]);
  if (pids !== undefined) settings.push(["pids", ({ version }) => dialectOf(version).pids(pids)]);
  if (cpuset !== undefined) {
    settings.push(["cpuset", ({ version, folder }) => dialectOf(version).cpuset(cpuset, folder)]);
  }
  return settings;
}

function toProperties({ memory, pids, cpuset, cpu }: CgroupLimits): string[] {
  return [
    ...(memory === undefined ? [] : [`--property=MemoryMax=${memory}`, "--property=MemorySwapMax=0"]),
    ...(pids === undefined ? [] : [`--property=TasksMax=${pids}`]),
    ...(cpuset === undefined ? [] : [`--property=AllowedCPUs=${cpuset}`]),
    // None yet, but without the property systemd would leave the controller out.
    ...(cpu === undefined ? [] : ["--property=CPUQuota=100000%"]),
  ];
}

function remember(folders: readonly string[]): void {
  for (const folder of folders) {
    open.add(folder);
    hostReaper().addCgroup(folder);
  }
  if (removedAtExit) return;
  removedAtExit = true;
  // The reaper would do it too, some time after the end of this host.
  process.once("exit", () => removeCgroupsNow([...open], open.size === 0 ? 0 : EXIT_PATIENCE_MS));
}

function forget(folder: string): void {
  open.delete(folder);
  hostReaper().removeCgroup(folder);
}
