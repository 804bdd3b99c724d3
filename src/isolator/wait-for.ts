import { IsolationError } from "../errors/index.js";
import { onAbort } from "../session/index.js";
import type { Milestone } from "../supervision/index.js";
import type { ResolvedWaitOptions } from "./options/index.js";

/**
 * Resolves with what was reached. Leaves nothing behind, neither a timer, nor a listener, nor anything at the milestone.
 *
 * @param late what did not happen, for messages
 * @throws IsolationError DEADLINE_EXCEEDED, CANCELLED
 */
export async function waitFor<T>(
  milestone: Milestone<T>,
  { timeoutMs, signal }: ResolvedWaitOptions,
  late: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let forget = (): void => {};
  let forgetSignal = (): void => {};
  try {
    return await new Promise<T>((resolve, reject) => {
      forget = milestone.onReached(resolve);
      const giveUp = (): void => reject(new IsolationError("DEADLINE_EXCEEDED", `${late} within ${timeoutMs} ms`));
      if (timeoutMs === 0) giveUp();
      else if (timeoutMs !== undefined) timer = setTimeout(giveUp, timeoutMs);
      if (signal === undefined) return;
      const cancel = (): void => {
        const message = "the wait was cancelled by the caller's signal";
        reject(new IsolationError("CANCELLED", message, { cause: signal.reason }));
      };
      if (signal.aborted) cancel();
      else forgetSignal = onAbort(signal, cancel);
    });
  } finally {
    clearTimeout(timer);
    forgetSignal();
    forget();
  }
}
