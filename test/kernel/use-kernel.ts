import { fileURLToPath } from "node:url";
import { type IsolateEvent, Kernel, type KernelManifest, type KernelOptions } from "process-isolation/kernel";
import { onTestFinished } from "vitest";
import { isAlive } from "../../src/platform/index.js";
import { until } from "../helpers/until.js";

/** The path of a module under test/fixtures/kernel. */
export function kernelFixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/kernel/${name}`, import.meta.url));
}

/** A kernel that ends with the test, and with it every process that it ever had. */
export async function useKernel(manifest: KernelManifest | string, options: KernelOptions = {}): Promise<Kernel> {
  const kernel = await Kernel.start(manifest, options);
  const pids = new Set(kernel.list().map(({ pid }) => pid));
  kernel.events.on("isolate", (event) => {
    if ("pid" in event) pids.add(event.pid);
  });
  onTestFinished(async () => {
    await kernel.shutdown({ reason: "the test is over", graceMs: 200 });
    await until(() => [...pids].every((pid) => pid === 0 || !isAlive(pid)));
  });
  return kernel;
}

/** The next event of an isolate with this type. */
export function nextOf<Type extends IsolateEvent["type"]>(
  kernel: Kernel,
  isolate: string,
  type: Type,
): Promise<Extract<IsolateEvent, { type: Type }>> {
  return new Promise((resolve) => {
    const listener = (event: IsolateEvent): void => {
      if (event.isolate !== isolate || event.type !== type) return;
      kernel.events.off("isolate", listener);
      resolve(event as Extract<IsolateEvent, { type: Type }>);
    };
    kernel.events.on("isolate", listener);
  });
}
