import { type Isolate, type IsolationOptions, isolate, type Remote } from "process-isolation";
import { onTestFinished } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "./until.js";

/** A module in a process of its own, which ends with the test, and so do all that came after it. */
export async function useIsolate<T>(module: string, options: IsolationOptions<Remote<T>> = {}): Promise<Isolate<T>> {
  const isolated = await isolate<T>(module, options);
  const pids = new Set([isolated.isolator.pid]);
  for (const name of ["restarted", "recycled", "exited"] as const) {
    isolated.isolator.events.on(name, ({ pid }: { pid: number }) => pids.add(pid));
  }
  onTestFinished(async () => {
    await isolated.isolator.shutdown({ reason: "the test is over", graceMs: 200 });
    await until(() => [...pids].every((pid) => !isAlive(pid)));
  });
  return isolated;
}
