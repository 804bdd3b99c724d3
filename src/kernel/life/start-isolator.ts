import { defaultLifecycle, type ExtendedIsolator, type IsolateExtension, startExtended } from "../../isolator/index.js";
import { activateModules, judgeByBudget, RestartBudget } from "../../supervision/index.js";
import type { Unit } from "./unit.js";
import type { UnitSurroundings } from "./unit-surroundings.js";

/** How often one that was replaced is started again for the calls that it has left. */
const RETIRED = {
  maxRestarts: 3,
  withinMs: 10_000,
  backoff: { initialMs: 100, maxMs: 1_000, factor: 2, jitter: 0 },
};

/** What is behind a unit, or is to be. */
export interface IsolatorStart {
  readonly module: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/**
 * Starts an isolator for a unit.
 *
 * @throws IsolationError what keeps it from starting; nothing of it is left then
 */
export async function startIsolator(
  unit: Unit,
  around: UnitSurroundings,
  { module, data, signal }: IsolatorStart,
): Promise<ExtendedIsolator> {
  let own: ExtendedIsolator | undefined;
  const retired = judgeByBudget(new RestartBudget(RETIRED));
  const extension: IsolateExtension = {
    kernel: around.kernel,
    listen: (events) => around.listen(events),
    serve: around.serve,
    judge: (death) => {
      if (own !== undefined && own === unit.current) return around.judge(unit, death);
      // It was replaced, and has yet to finish its calls.
      return retired(death);
    },
    prepare: (live) => around.prepare(unit, live),
    prepareLoaded: async (live) => {
      // Another runtime loads it at the first call.
      if (live.capabilities.features.has("preload")) await activateModules(live.session, [module]);
      await around.prepareLoaded(unit, live, module);
    },
  };
  const options = {
    ...unit.definition.options,
    lifecycle: defaultLifecycle(module),
    telemetry: around.telemetry(),
    signal,
  };
  own = await startExtended(options, extension, data);
  return own;
}
