import type { IsolateReading } from "../telemetry/index.js";
import type { PoolCore } from "./pool-core.js";

/** What is read of a pool while it runs: of all its processes together. */
export class PoolGauge {
  readonly #core: PoolCore;

  constructor(core: PoolCore) {
    this.#core = core;
  }

  read(): IsolateReading {
    const { queued, running } = this.#core;
    const { life, roster } = this.#core.fleet;
    const { all, open } = roster;
    const [oldest] = open;
    const readings = all.map((member) => ({ member, ...member.core.gauge.read() }));
    const uptimes = readings.flatMap(({ member, uptimeMs }) => (member.isOpen ? (uptimeMs ?? []) : []));
    const memory = readings.flatMap(({ rssBytes }) => rssBytes ?? []);
    return {
      up: oldest !== undefined,
      generation: Math.max(1, ...all.map(({ generation }) => generation)),
      pid: oldest?.pid ?? 0,
      queued,
      inFlight: running,
      restarts: life.restarts,
      uptimeMs: uptimes.length === 0 ? undefined : Math.max(...uptimes),
      rssBytes: memory.length === 0 ? undefined : memory.reduce((sum, bytes) => sum + bytes, 0),
      cpuSeconds: readings.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, roster.cpuBefore),
    };
  }
}
