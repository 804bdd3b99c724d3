import { join } from "node:path";
import { endedBy, isAbnormal } from "../exit-facts.js";
import type { Guard, GuardedProcess, LimitedExit, LimitVerdict } from "../guard.js";
import { Repeated } from "../repeated.js";
import { type CgroupDialect, dialectOf } from "./cgroup-dialect.js";
import type { Setting } from "./cgroup-file.js";
import type { CgroupMachinery, Controller } from "./cgroup-machinery.js";
import { limitRefused } from "./limit-refused.js";
import { type CgroupLimits, ProcessCgroups } from "./process-cgroups.js";
import { type EventsWatch, watchEvents } from "./watch-events.js";

/**
 * The kernel counts, and in version 1 tells nobody in a way that Node.js could wait for. Its counters are read when the process
 * has ended, so that a look in between only has to find what others of the group outlive.
 */
const POLL_MS = 1_000;
/** The counters of a group that systemd made may go before they are read. */
const POLL_SYSTEMD_MS = 50;
/** What a process may take at once, as a rule, before its soft limit is looked at again. */
const SOFT_BYTES_PER_MS = 250_000;
const POLL_SOFT_MS = 50;
/** A full group either gets room again or loses a process, and with that, if systemd made it, its counters. */
const POLL_FULL_MS = 2;
const FULL_MS = 250;

/** A version 1 quota above that of the group we are in ourselves, which then holds; a group that went with its process. */
const HARMLESS = ["EINVAL", "ENOENT", "ENODEV"];

/** Node.js and others say so when they cannot start a thread or a process. */
const REFUSED = /EAGAIN|Resource temporarily unavailable/;

export interface CgroupGuardOptions extends CgroupLimits {
  /** Bytes; reported once. */
  readonly softMemory: number | undefined;
}

/** The limits that the kernel enforces on the process's groups, with their counters as evidence. */
export class CgroupGuard implements Guard {
  readonly cgroups: ProcessCgroups;
  readonly #options: CgroupGuardOptions;
  readonly #machinery: CgroupMachinery;
  #poll: Repeated | undefined;
  #events: EventsWatch | undefined;
  #fullAt = Number.NEGATIVE_INFINITY;
  /** Bytes up to the soft limit. */
  #missing = 0;
  #softReported = false;
  #pidsReported = false;
  #evidence: Evidence | undefined;

  /** @throws IsolationError `START_FAILED`, with the limit, where the kernel refuses it */
  constructor(machinery: CgroupMachinery, options: CgroupGuardOptions) {
    const { softMemory, ...limits } = options;
    this.#machinery = machinery;
    this.#options = options;
    this.cgroups = ProcessCgroups.open(machinery, limits);
  }

  started(process: GuardedProcess): void {
    const { memory, pids } = this.#options;
    if (memory === undefined && pids === undefined) return;
    this.#poll = new Repeated(() => {
      this.#events ??= this.#watchEvents(process);
      this.#look(process);
      return this.#untilNextLookMs();
    });
  }

  /**
   * A quota would make the start itself several times as long.
   *
   * @throws IsolationError `START_FAILED`, with the limit, where the kernel refuses it
   */
  ready(): void {
    const { cpu, memory } = this.#options;
    if (cpu !== undefined) this.#writeLate("cpu", (dialect) => dialect.cpu(cpu));
    // systemd has no property for everything in it.
    if (memory !== undefined && this.#machinery.systemd !== undefined) {
      this.#writeLate("memory", (dialect) => dialect.memory(memory));
    }
  }

  ended(): void {
    this.#poll?.stop();
    this.#events?.close();
    this.#evidence = this.#readEvidence();
  }

  verdict(exit: LimitedExit, stderrTail: string): LimitVerdict | undefined {
    const { kills, peak, refused } = this.#evidence ?? this.#readEvidence();
    const { memory, pids } = this.#options;
    if (memory !== undefined && kills > 0) return memoryVerdict(memory, peak);
    if (pids === undefined || refused === 0 || !isAbnormal(exit)) return undefined;
    // libuv and V8 abort without a word when they get no thread; who exits has to say so.
    if (!endedBy("SIGABRT", exit) && !REFUSED.test(stderrTail)) return undefined;
    return { reason: "pids-limit", limit: "pids", bound: pids, observed: pids };
  }

  close(): Promise<void> {
    return this.cgroups.remove();
  }

  #writeLate(controller: Controller, settings: (dialect: CgroupDialect) => readonly Setting[]): void {
    try {
      this.cgroups.write(controller, ({ version }) => settings(dialectOf(version)));
    } catch (error) {
      if (HARMLESS.includes((error as NodeJS.ErrnoException).code ?? "")) return;
      throw limitRefused({ [controller]: this.#options[controller] }, error);
    }
  }

  #look(process: GuardedProcess): void {
    const { memory, softMemory, pids } = this.#options;
    const { kills, peak, refused } = this.#readEvidence();
    // Version 1 kills the largest process only, and the others would go on without it.
    if (memory !== undefined && kills > 0) process.end(memoryVerdict(memory, peak));
    if (softMemory !== undefined && !this.#softReported) {
      const inUse = this.#ask("memory", (dialect, folder) => dialect.memoryInUse(folder, softMemory));
      this.#missing = softMemory - (inUse ?? 0);
      this.#softReported = inUse !== undefined && inUse >= softMemory;
      if (this.#softReported) process.report({ limit: "memory.soft", bound: softMemory, observed: inUse });
    }
    if (pids !== undefined && refused > 0 && !this.#pidsReported) {
      this.#pidsReported = true;
      process.report({ limit: "pids", bound: pids, observed: pids });
    }
  }

  #untilNextLookMs(): number {
    if (performance.now() - this.#fullAt < FULL_MS) return POLL_FULL_MS;
    const longestMs = this.#machinery.systemd === undefined ? POLL_MS : POLL_SYSTEMD_MS;
    if (this.#options.softMemory === undefined || this.#softReported) return longestMs;
    return Math.min(longestMs, Math.max(POLL_SOFT_MS, this.#missing / SOFT_BYTES_PER_MS));
  }

  /** Version 2 says when a group gets full; a group that systemd makes is there only some time after the start. */
  #watchEvents(process: GuardedProcess): EventsWatch | undefined {
    if (this.#options.memory === undefined || this.#machinery.parents.memory?.version !== 2) return undefined;
    return watchEvents(join(this.cgroups.folder("memory") ?? "", "memory.events"), () => {
      this.#fullAt = performance.now();
      this.#look(process);
    });
  }

  #readEvidence(): Evidence {
    const { memory, pids } = this.#options;
    const kills = memory === undefined ? 0 : this.#ask("memory", (dialect, folder) => dialect.memoryKills(folder));
    return {
      kills: kills ?? 0,
      peak: kills ? this.#ask("memory", (dialect, folder) => dialect.memoryPeak(folder)) : undefined,
      refused: pids === undefined ? 0 : (this.#ask("pids", (dialect, folder) => dialect.pidsRefused(folder)) ?? 0),
    };
  }

  #ask<T>(controller: Controller, question: (dialect: CgroupDialect, folder: string) => T): T | undefined {
    const parent = this.#machinery.parents[controller];
    const folder = this.cgroups.folder(controller);
    return parent === undefined || folder === undefined ? undefined : question(dialectOf(parent.version), folder);
  }
}

interface Evidence {
  readonly kills: number;
  readonly peak: number | undefined;
  readonly refused: number;
}

function memoryVerdict(bound: number, peak: number | undefined): LimitVerdict {
  return { reason: "memory-limit", limit: "memory", bound, observed: peak };
}
