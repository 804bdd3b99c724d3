import type { Instance, Unit, UnitState } from "./life/index.js";

/** An isolate of a kernel, as it is now. */
export interface IsolateSummary {
  readonly name: string;
  readonly state: UnitState;
  /** As it is loaded: a file URL or the name of a package. */
  readonly module: string;
  /** 1 for the first module, one more for each that replaced it. */
  readonly version: number;
  /** Of the present process, the last one's while there is none; 0 before the first. */
  readonly pid: number;
  /** 1 for the first process of the version; 0 before. */
  readonly generation: number;
  /** Its processes, the oldest first: one, or several where the manifest says so. Empty while there is none. */
  readonly instances: readonly Instance[];
  /** What it may use. */
  readonly uses: readonly string[];
  /** The gRPC services that it implements. */
  readonly services: readonly string[];
  readonly essential: boolean;
}

export function summaryOf(unit: Unit): IsolateSummary {
  const { definition, current, module, version, state, name } = unit;
  return {
    name,
    state,
    module,
    version,
    pid: current?.pid ?? 0,
    generation: current?.generation ?? 0,
    instances: current?.instances() ?? [],
    uses: [...definition.uses.keys()],
    services: definition.grpc?.services ?? [],
    essential: definition.essential,
  };
}
