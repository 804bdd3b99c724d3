import { IsolationError } from "../../errors/index.js";
import { timerDelay } from "../../platform/index.js";
import type { IncomingCall } from "../../session/index.js";

/** What a function of the host comes to, or DEADLINE_EXCEEDED: the function itself hears nothing of the time of a call. */
export function withinTime(outcome: unknown, name: string, { deadline }: IncomingCall): unknown {
  if (deadline === undefined || !(outcome instanceof Promise)) return outcome;
  return new Promise((resolve, reject) => {
    const late = (): void =>
      reject(new IsolationError("DEADLINE_EXCEEDED", `${name} of the host did not answer in the time of the call`));
    const timer = setTimeout(late, timerDelay(Math.max(0, deadline - Date.now()))).unref();
    outcome.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
