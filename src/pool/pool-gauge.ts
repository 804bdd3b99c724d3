import type { IsolateReading } from "../telemetry/index.js";
import type { Member } from "./member.js";
import type { PoolCore } from "./pool-core.js";

/** What is read of a pool while it runs: of all its processes together. */
export class PoolGauge {
  readonly #core: PoolCore;
  /** Processor time of each process, as it was read last. */
  #cpu = new Map<Member, number>();
  /** The same of those that are gone. */
  #cpuBefore = 0;

  constructor(core: PoolCore) {
    this.#core = core;
  }

  read(): IsolateReading {
    const { queued, running } = this.#core;
    const { life, roster } = this.#core.fleet;
    const { all, open } = roster;
    const [oldest] = open;
    const readings = new Map(all.map((member) => [member, member.core.gauge.read()]));
    const uptimes = open.flatMap((member) => readings.get(member)?.uptimeMs ?? []);
    const memory = [...readings.values()].flatMap(({ rssBytes }) => rssBytes ?? []);
    return {
      up: oldest !== undefined,
      generation: Math.max(1, ...all.map(({ generation }) => generation)),
      pid: oldest?.pid ?? 0,
      queued,
      inFlight: running,
      restarts: life.restarts,
      uptimeMs: uptimes.length === 0 ? undefined : Math.max(...uptimes),
      rssBytes: memory.length === 0 ? undefined : memory.reduce((sum, bytes) => sum + bytes, 0),
      cpuSeconds: this.#cpuOf(readings),
    };
  }

  #cpuOf(readings: ReadonlyMap<Member, IsolateReading>): number {
    for (const [member, seconds] of this.#cpu) if (!readings.has(member)) this.#cpuBefore += seconds;
    this.#cpu = new Map([...readings].map(([member, { cpuSeconds }]) => [member, cpuSeconds]));
    return [...this.#cpu.values()].reduce((sum, seconds) => sum + seconds, this.#cpuBefore);
  }
}
