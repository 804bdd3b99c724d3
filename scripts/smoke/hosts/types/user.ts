// A user's program whose types are checked under every way that TypeScript finds packages.
import { type ExitOutcome, IsolationError, isolate, ProcessIsolator } from "process-isolation";
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

export const isIsolator = (value: unknown): value is ProcessIsolator => value instanceof ProcessIsolator;
export const lent: Live<{ attempt(): number | undefined }> = remote({ attempt: () => currentCall()?.attempt });
