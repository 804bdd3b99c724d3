import { IsolationError } from "../errors/index.js";
import type { ResolvedWaitOptions } from "./options/index.js";

/** The promise, or DEADLINE_EXCEEDED, or CANCELLED, whichever comes first; leaves no timer and no listener. */
export async function waitFor<T>(
  promise: Promise<T>,
  { timeoutMs, signal }: ResolvedWaitOptions,
  late: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => {};
  const giveUp = new Promise<never>((_, reject) => {
    if (timeoutMs !== undefined) {
      timer = setTimeout(
        () => reject(new IsolationError("DEADLINE_EXCEEDED", `${late} within ${timeoutMs} ms`)),
        timeoutMs,
      );
    }
    onAbort = () =>
      reject(
        new IsolationError("CANCELLED", "the wait was cancelled by the caller's signal", { cause: signal?.reason }),
      );
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([promise, giveUp]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}
