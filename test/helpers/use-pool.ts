import { fileURLToPath } from "node:url";
import { type IsolatePool, isolatePool, type PoolEvents, type PoolOptions, type Remote } from "process-isolation";
import { onTestFinished } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "./until.js";

export type Worker = typeof import("../fixtures/pool/worker.mjs");

export const WORKER = fileURLToPath(new URL("../fixtures/pool/worker.mjs", import.meta.url));

/** A pool of a module, which ends with the test, and all its processes with it. */
export async function usePool<T = Worker>(
  options: PoolOptions<Remote<T>> = {},
  module = WORKER,
): Promise<IsolatePool<T>> {
  const pool = await isolatePool<T>(module, options);
  endsWithTest(pool);
  return pool;
}

function endsWithTest(pool: IsolatePool<unknown>): void {
  const pids = new Set<number>();
  for (const name of ["started", "restarted", "recycled", "exited"] as const) {
    pool.events.on(name, ({ pid }: { pid: number }) => pids.add(pid));
  }
  onTestFinished(async () => {
    await pool.shutdown({ reason: "the test is over", graceMs: 200 });
    await until(() => [...pids].every((pid) => !isAlive(pid)));
  });
}

/** The next event of that name. */
export function nextPoolEvent<Name extends keyof PoolEvents>(
  pool: IsolatePool<unknown>,
  name: Name,
): Promise<PoolEvents[Name][0]> {
  return new Promise((resolve) => {
    pool.events.once(name, ((event: PoolEvents[Name][0]) => resolve(event)) as never);
  });
}

/** All events of that name from now on. */
export function poolEvents<Name extends keyof PoolEvents>(
  pool: IsolatePool<unknown>,
  name: Name,
): PoolEvents[Name][0][] {
  const events: PoolEvents[Name][0][] = [];
  pool.events.on(name, ((event: PoolEvents[Name][0]) => events.push(event)) as never);
  return events;
}

/** Calls that run in a pool until they are let go, one after the other or all. */
export class Held {
  readonly pids: number[] = [];
  readonly calls: Promise<number>[] = [];
  readonly #letGo: (() => void)[] = [];

  /** Makes such a call; resolves with the process that it runs in. */
  begin(api: Remote<Worker>): Promise<number> {
    return new Promise((resolve, reject) => {
      const call = api.hold(async (pid) => {
        this.pids.push(pid);
        resolve(pid);
        await new Promise<void>((go) => this.#letGo.push(go));
      });
      call.catch(reject);
      this.calls.push(call);
    });
  }

  async end(): Promise<void> {
    for (const go of this.#letGo.splice(0)) go();
    await Promise.allSettled(this.calls);
  }
}
