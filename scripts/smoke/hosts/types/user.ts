// A user's program whose types are checked under every way that TypeScript finds packages.
import { type ExitOutcome, IsolationError, isolate, isolatePool, ProcessIsolator } from "process-isolation";
import { defineKernel, Kernel } from "process-isolation/kernel";
import { currentCall, type Live, remote } from "process-isolation/pihost";

type Sample = { add: (left: number, right: number) => number };

export async function use(): Promise<ExitOutcome | number> {
  const { api, isolator } = await isolate<Sample>("./sample.js", { pihostPath: "./pihost/boot.cjs" });
  try {
    const sum: number = await api.add(1, 2);
    // @ts-expect-error: the arguments keep their types
    await api.add("1");
    return sum;
  } catch (error) {
    if (IsolationError.is(error, "CRASHED")) return error.facts.exitCode ?? 0;
    return isolator.waitForExit();
  }
}

export async function pooled(): Promise<number> {
  const pool = await isolatePool<Sample>("./sample.js");
  const results = pool.map([1, 2], (item) => pool.api.add(item, item));
  // @ts-expect-error: results keep their type
  for await (const result of results) Number.isNaN(result.length);
  const { value } = await results.next();
  return value ?? 0;
}

export async function many(): Promise<number> {
  const kernel = await Kernel.start(defineKernel({ isolates: { sample: { module: "./sample.js" } } }));
  return kernel.isolate<Sample>("sample").api.add(1, 2);
}

export const isIsolator = (value: unknown): value is ProcessIsolator => value instanceof ProcessIsolator;
export const lent: Live<{ attempt(): number | undefined }> = remote({ attempt: () => currentCall()?.attempt });
