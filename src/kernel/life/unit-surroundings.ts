import type { IsolatorEventSource } from "../../isolator/index.js";
import type { Death, Generation, Judgement, Serve } from "../../supervision/index.js";
import type { Telemetry } from "../../telemetry/index.js";
import type { Unit } from "./unit.js";
import type { UnitProcesses } from "./unit-processes.js";

/** What a unit needs of the kernel that it is a part of. */
export interface UnitSurroundings {
  /** The kernel's name. */
  readonly kernel: string;
  readonly serve: Serve;
  /** Who hears of calls and processes. */
  telemetry(): readonly Telemetry[];
  /** How many deaths of its instances an isolate bears, before it has died itself: as many as its group bears of it. */
  readonly bears: { readonly maxRestarts: number; readonly withinMs: number };
  /** Decides what follows a death of the present process. */
  judge(unit: Unit, death: Death): Judgement;
  /** Prepares a process before its module is loaded. */
  prepare(unit: Unit, live: Generation): Promise<unknown> | undefined;
  /** Goes on with a process whose module has started. */
  prepareLoaded(unit: Unit, live: Generation, module: string): Promise<unknown> | undefined;
  /** Something else is behind the unit. What was there before has calls to finish, and needs a process for that. */
  onProcesses(unit: Unit, current: UnitProcesses): void;
  /** What it writes is to be heard, from its start on. */
  listen(events: IsolatorEventSource): void;
}
