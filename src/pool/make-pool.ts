import { IsolateData, IsolateTelemetry, ModuleCalls, Outputs } from "../isolator/index.js";
import { quiet } from "../session/index.js";
import type { Judge } from "../supervision/index.js";
import type { MemberExtension } from "./member.js";
import type { ResolvedPoolOptions } from "./options/index.js";
import { PoolCore } from "./pool-core.js";
import { PoolPublisher } from "./pool-events.js";
import { PoolGauge } from "./pool-gauge.js";

/** What a kernel adds to the pools that it runs. */
export interface PoolExtension {
  /** The kernel's name. */
  readonly kernel: string;
  readonly member: MemberExtension;
  /** What follows when the budget of restarts is spent, and when all processes were halted. */
  readonly judge: Judge;
  /** Fills what `setData` stores, before the first process. */
  readonly seed: (data: IsolateData) => void;
}

/** What is behind a pool's public face. */
export interface PoolParts {
  readonly core: PoolCore;
  readonly publisher: PoolPublisher;
  /** Calls without options of their own. */
  readonly calls: ModuleCalls;
  readonly data: IsolateData;
}

/** A pool of a module, without a process yet: `core.fleet.begin` starts those that are kept. */
export function makePool(
  module: string,
  { pool, member: options }: ResolvedPoolOptions,
  extension?: PoolExtension,
): PoolParts {
  const data = new IsolateData();
  extension?.seed(data);
  const publisher = new PoolPublisher(options.logLevel);
  const { cancelGraceMs } = pool;
  const outputs = new Outputs(options);
  const identity = { isolate: options.name, kernel: extension?.kernel };
  const kind = extension === undefined ? "pool" : "host";
  const telemetry = new IsolateTelemetry(identity, kind, { read: () => gauge.read() });
  const spec = { module, options, outputs, data, telemetry, cancelGraceMs, extension: extension?.member };
  const core = new PoolCore(pool, spec, publisher, extension?.judge);
  const gauge = new PoolGauge(core);
  data.onInherited = (name) => {
    for (const { live } of core.fleet.roster.open) if (live !== undefined) void quiet(data.send(live, name));
  };
  for (const one of options.telemetry) telemetry.add(one);
  core.fleet.life.over.onReached(() => telemetry.close());
  return { core, publisher, calls: new ModuleCalls(core, options.callTimeoutMs), data };
}
