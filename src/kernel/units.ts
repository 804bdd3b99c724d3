import { type Generation, tellHandedOn } from "../supervision/index.js";
import type { Telemetry } from "../telemetry/index.js";
import { callsBetween } from "./calls-between.js";
import type { Entrance } from "./entrance.js";
import { servedTo } from "./grants/index.js";
import { type Conductor, Unit, type UnitProcesses } from "./life/index.js";
import type { ResolvedIsolate, ResolvedManifest } from "./manifest/index.js";
import type { ResolvedKernelOptions } from "./options.js";
import type { KernelPublisher } from "./publisher.js";
import { serveServices } from "./services/index.js";
import { groupOf } from "./tree/index.js";

/** What isolates have to do with in their kernel. Asked only once they start: some of it is made after them. */
export interface UnitSurroundings {
  readonly manifest: ResolvedManifest;
  readonly options: ResolvedKernelOptions;
  readonly telemetry: readonly Telemetry[];
  readonly publisher: KernelPublisher;
  readonly conductor: () => Conductor;
  readonly entrance: () => Entrance;
  readonly onProcesses: (unit: Unit, current: UnitProcesses) => void;
}

/** The isolates of a manifest, none of which has started. */
export function makeUnits(around: UnitSurroundings): Map<string, Unit> {
  const { manifest, options, telemetry, publisher, conductor, entrance, onProcesses } = around;
  const units = new Map<string, Unit>();
  for (const definition of manifest.isolates.values()) {
    const serve = servedTo(definition, {
      host: options.host,
      forwarder: callsBetween(definition.name, units),
      frontDoor: () => entrance().accessFor(definition),
    });
    const unit = new Unit(definition, {
      kernel: manifest.name,
      serve,
      telemetry: () => telemetry,
      bears: groupOf(manifest.tree, definition.name) ?? manifest.tree,
      judge: (dead, death) => conductor().judge(dead, death),
      prepare: (_, live) => tellWhatToHandOn(definition, live),
      prepareLoaded: async ({ name }, live, module) => {
        if (definition.grpc === undefined) return;
        entrance().routes.set(name, await serveServices(live, definition, definition.grpc, module));
      },
      listen: (events) => publisher.followOutput(events),
      onProcesses,
    });
    units.set(definition.name, unit);
  }
  return units;
}

function tellWhatToHandOn({ uses }: ResolvedIsolate, live: Generation): Promise<unknown> | undefined {
  const handedOn = [...uses].filter(([, { handOn }]) => handOn).map(([target]) => target);
  if (handedOn.length === 0 || !live.capabilities.features.has("use")) return undefined;
  return tellHandedOn(live.session, handedOn);
}
