import { IsolationError } from "../errors/index.js";
import { availableProcessors } from "./available-processors.js";
import { CgroupGuard } from "./cgroup/cgroup-guard.js";
import { sweepCgroups } from "./cgroup/sweep-cgroups.js";
import type { LimitName } from "./enforcement.js";
import type { Guard } from "./guard.js";
import { HeapGuard, heapFlags } from "./heap-guard.js";
import type { ResolvedLimits } from "./limit-options.js";
import { GuardedScope, type LimitScope } from "./limit-scope.js";
import { limitMachinery, type Machinery, NO_MACHINERY } from "./machinery.js";
import { boundsOf, chooseMechanisms, type Enforcements, missingLimits, NEEDS, weakLimits } from "./mechanisms.js";
import { OpenFilesGuard } from "./open-files-guard.js";
import { formatProcessorList } from "./processor-list.js";
import { CpuSecondsWatch } from "./watch/cpu-seconds-watch.js";
import { CpuThrottle } from "./watch/cpu-throttle.js";
import { MemoryWatch } from "./watch/memory-watch.js";
import { PidsWatch } from "./watch/pids-watch.js";
import { treeMemory } from "./watch/tree-memory.js";

/** How limits are enforced on this machine. One plan does for all generations of an isolate. */
export interface LimitPlan {
  /** Each limit that is set, with what enforces it. Frozen. */
  readonly enforcement: Enforcements;
  /** Flags that Node.js has to be started with. */
  readonly execArgv: readonly string[];
  /**
   * Prepares the start of one process: makes its groups, and begins to remove those that hosts which are gone left.
   *
   * @throws IsolationError `START_FAILED` where the kernel refuses the limits
   */
  open(): LimitScope;
}

/**
 * Gives each limit the strongest mechanism of this machine.
 *
 * @param machinery Default: what this machine offers, which is found out only if a limit is set.
 * @throws IsolationError `INVALID_OPTION` for a limit that cannot be kept, and for limits that are `required` where one of
 *   them could at best be watched
 */
export function planLimits(limits: ResolvedLimits, machinery?: Machinery): LimitPlan {
  const isEmpty = boundsOf(limits).length === 0;
  return new Plan(limits, machinery ?? (isEmpty ? NO_MACHINERY : limitMachinery()));
}

class Plan implements LimitPlan {
  readonly enforcement: Enforcements;
  readonly execArgv: readonly string[];
  readonly #limits: ResolvedLimits;
  readonly #machinery: Machinery;

  constructor(limits: ResolvedLimits, machinery: Machinery) {
    this.#limits = limits;
    this.#machinery = machinery;
    this.enforcement = chooseMechanisms(limits, machinery);
    const missing = missingLimits(this.enforcement);
    if (missing.length > 0) throw cannotKeep(missing);
    const weak = weakLimits(this.enforcement);
    this.execArgv = Object.freeze(limits.heap === undefined ? [] : heapFlags(limits.heap));
    if (limits.required && weak.length > 0) throw cannotRequire(weak);
  }

  open(): LimitScope {
    const { openFiles, cpuSeconds } = this.#limits;
    const cgroup = this.#cgroupGuard();
    const guards = [...(cgroup === undefined ? [] : [cgroup]), ...this.#otherGuards()];
    const launch = {
      cgroups: cgroup?.cgroups.folders ?? [],
      systemdProperties: cgroup?.cgroups.systemdProperties,
      openFiles,
      cpuSeconds,
      affinity: this.enforcement.affinity?.mechanism === "affinity" ? `${this.enforcement.affinity.bound}` : undefined,
    };
    return new GuardedScope({ machinery: this.#machinery, launch, guards });
  }

  /** What the kernel holds by groups, where there is such a thing. */
  #cgroupGuard(): CgroupGuard | undefined {
    const { memory, pids, cpu, affinity } = this.#limits;
    const held = <T>(limit: "memory" | "pids" | "cpu" | "affinity", value: T): T | undefined =>
      this.enforcement[limit]?.mechanism.startsWith("cgroup") === true ? value : undefined;
    const limits = {
      memory: held("memory", memory?.hard),
      pids: held("pids", pids),
      cpu: held("cpu", cpu),
      cpuset: held("affinity", affinity === undefined ? undefined : formatProcessorList(affinity)),
    };
    if (Object.values(limits).every((value) => value === undefined)) return undefined;
    const { parents, killable } = this.#machinery.cgroups;
    const folders = [...Object.values(parents), ...(killable === undefined ? [] : [killable])];
    void sweepCgroups([...new Set(folders.map(({ folder }) => folder))]);
    return new CgroupGuard(this.#machinery.cgroups, { ...limits, softMemory: held("memory", memory?.soft) });
  }

  #otherGuards(): Guard[] {
    const { memory, heap, cpu, pids, openFiles, cpuSeconds } = this.#limits;
    const isWatched = (limit: "memory" | "cpu" | "pids"): boolean => this.enforcement[limit]?.mechanism === "watch";
    const cores = availableProcessors().length;
    return [
      ...(heap === undefined ? [] : [new HeapGuard(heap)]),
      ...(memory !== undefined && isWatched("memory") ? [new MemoryWatch(memory, treeMemory)] : []),
      ...(pids !== undefined && isWatched("pids") ? [new PidsWatch(pids)] : []),
      ...(cpu !== undefined && isWatched("cpu") ? [new CpuThrottle(cpu, cores)] : []),
      // Beside the kernel's limit, which counts each process for itself.
      ...(cpuSeconds === undefined ? [] : [new CpuSecondsWatch(cpuSeconds, cores)]),
      ...(openFiles === undefined ? [] : [new OpenFilesGuard(openFiles)]),
    ];
  }
}

function cannotKeep(limits: readonly LimitName[]): IsolationError {
  const names = limits.map((limit) => `limits.${limit} (${NEEDS[limit]})`).join(", ");
  return new IsolationError(
    "INVALID_OPTION",
    `this machine has nothing to enforce ${names} with; leave out what cannot be kept, see \`pihost doctor\``,
  );
}

function cannotRequire(weak: readonly string[]): IsolationError {
  const names = weak.map((limit) => `limits.${limit}`).join(", ");
  return new IsolationError(
    "INVALID_OPTION",
    `limits.required must be false on this machine, which can at best watch ${names}; received true`,
  );
}
