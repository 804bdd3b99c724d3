import {
  defaultLifecycle,
  type ExtendedIsolator,
  type IsolateData,
  type IsolateExtension,
  startExtended,
} from "../../isolator/index.js";
import { makePool, type PoolParts, resolvePoolOptions } from "../../pool/index.js";
import { activateModules, type Death, type Judgement, judgeByBudget, RestartBudget } from "../../supervision/index.js";
import type { ResolvedInstances } from "../manifest/index.js";
import { PooledProcesses } from "./pooled-processes.js";
import { SingleProcess } from "./single-process.js";
import type { Unit } from "./unit.js";
import type { UnitProcesses } from "./unit-processes.js";
import type { UnitSurroundings } from "./unit-surroundings.js";

/** How often one that was replaced is started again for the calls that it has left. */
const RETIRED = {
  maxRestarts: 3,
  withinMs: 10_000,
  backoff: { initialMs: 100, maxMs: 1_000, factor: 2, jitter: 0 },
};

/** What is behind a unit, or is to be. */
export interface ProcessesStart {
  readonly module: string;
  /** Fills what `setData` stores, before the first process. */
  readonly seed: (data: IsolateData) => void;
  readonly signal: AbortSignal;
  /** Whether one process has to start, also where without calls there need be none: what it replaces would go unproved. */
  readonly isReplacement: boolean;
}

/**
 * Starts the process of a unit, or its instances.
 *
 * @throws IsolationError what keeps it from starting; nothing of it is left then
 */
export async function startProcesses(
  unit: Unit,
  around: UnitSurroundings,
  start: ProcessesStart,
): Promise<UnitProcesses> {
  const own: { processes: UnitProcesses | undefined } = { processes: undefined };
  const retired = judgeByBudget(new RestartBudget(RETIRED));
  const judge = (death: Death): Judgement => {
    if (own.processes !== undefined && own.processes === unit.current) return around.judge(unit, death);
    // It was replaced, and has yet to finish its calls.
    return retired(death);
  };
  const extension = extensionOf(unit, around, start.module, judge);
  const { instances } = unit.definition;
  own.processes =
    instances === undefined
      ? new SingleProcess(await startSingle(unit, around, extension, start))
      : await startPool(unit, around, extension, { ...start, instances });
  return own.processes;
}

function extensionOf(
  unit: Unit,
  around: UnitSurroundings,
  module: string,
  judge: IsolateExtension["judge"],
): IsolateExtension {
  return {
    kernel: around.kernel,
    listen: (events) => around.listen(events),
    serve: around.serve,
    judge,
    prepare: (live) => around.prepare(unit, live),
    prepareLoaded: async (live) => {
      // Another runtime loads it at the first call.
      if (live.capabilities.features.has("preload")) await activateModules(live.session, [module]);
      await around.prepareLoaded(unit, live, module);
    },
  };
}

function startSingle(
  { definition }: Unit,
  around: UnitSurroundings,
  extension: IsolateExtension,
  { module, seed, signal }: ProcessesStart,
): Promise<ExtendedIsolator> {
  const options = { ...definition.options, lifecycle: defaultLifecycle(module), telemetry: around.telemetry(), signal };
  return startExtended(options, extension, seed);
}

async function startPool(
  { name, definition }: Unit,
  around: UnitSurroundings,
  { judge, ...member }: IsolateExtension,
  { module, seed, signal, isReplacement, instances }: ProcessesStart & { readonly instances: ResolvedInstances },
): Promise<PooledProcesses> {
  const { maxRestarts, withinMs } = around.bears;
  const restart = { maxRestarts, withinMs };
  const options = { ...definition.options, ...instances, restart, telemetry: around.telemetry() };
  const resolved = resolvePoolOptions(module, options, { name });
  const parts = makePool(module, resolved, { kernel: around.kernel, member, judge, seed });
  const processes = new PooledProcesses(parts, resolved.member.graceMs);
  around.listen(processes.events);
  await beginPool(parts, signal, isReplacement);
  return processes;
}

/** Starts those that are kept, unless that is given up. */
async function beginPool({ core: { fleet } }: PoolParts, signal: AbortSignal, needsOne: boolean): Promise<void> {
  const giveUp = (): void => void fleet.end.terminate("SIGKILL");
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    if (signal.aborted) giveUp();
    await fleet.begin();
    if (needsOne) await fleet.present();
  } catch (error) {
    await fleet.end.terminate("SIGKILL");
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
